using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Carousel.Control.Telemetry;

namespace Carousel.Cli;

/// <summary>The flags of the access log and of OTLP (docs/LOG.md, docs/METRICS.md).</summary>
internal sealed class TelemetryFlags
{
    public Flag<LogDestination> AccessLog { get; } = new("--access-log", null, "WHERE",
        "one line per request, to: stdout, a FILE (reopened on SIGUSR1), syslog, syslog:/SOCKET or syslog:HOST[:PORT] (UDP); or off", "off",
        new ValueReader<LogDestination>("stdout, off, the path of a file, syslog, syslog:/socket or syslog:host:port", LogDestination.TryParse)
        { Words = ["stdout", "syslog", "off"] });

    public Flag<string> Format { get; } = new("--access-log-format", null, "FORMAT",
        "json, combined, common, or a format such as \"$remote_addr $status $request_time\"", "json", ValueReaders.Any with { Words = ["json", "combined", "common"] });

    public Flag<string> Otlp { get; } = new("--otlp", null, "URL",
        "OTLP collector for metrics and traces, such as http://collector:4318; OTEL_* environment variables apply as well; or off",
        $"{OtlpOptions.EndpointVariable}, or off", ValueReaders.Any with { Words = ["off"] });

    public Flag<OtlpProtocol> Protocol { get; } = new("--otlp-protocol", null, "WORD", "http (protobuf) or grpc", "http",
        ValueReaders.Choice(("http", OtlpProtocol.Http), ("grpc", OtlpProtocol.Grpc)));

    public Flag<double> TraceSample { get; } = new("--trace-sample", null, "SHARE",
        "traced share, 0 to 1, of requests without a traceparent; those with a sampled traceparent are always traced; needs a collector", "off: none",
        new ValueReader<double>("a share from 0 to 1 such as 0.01", TryShare));

    /// <summary>All of them, in the order of --help.</summary>
    public IReadOnlyList<Flag> All => [AccessLog, Format, Otlp, Protocol, TraceSample];

    /// <summary>The options of telemetry. Problems are added to the errors.</summary>
    public TelemetrySettings Read(ParseResult result, List<string> errors)
    {
        string text = Format.Read(result, "json", errors);
        if (!LogFormat.TryParse(text, out LogFormat? format, out string error))
        {
            errors.Add($"{Format.Name}: {error}");
        }
        return new TelemetrySettings
        {
            AccessLog = AccessLog.Read(result, new LogDestination.Off(), errors),
            Format = format ?? LogFormat.Json,
            Endpoint = Otlp.IsGiven(result) ? Otlp.Read(result, "off", errors) : null,
            Protocol = Protocol.IsGiven(result) ? Protocol.Read(result, default, errors) : null,
            TraceShare = TraceSample.IsGiven(result) ? TraceSample.Read(result, 0, errors) : null,
        };
    }

    private static bool TryShare(string text, [MaybeNullWhen(false)] out double share) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out share) && share <= 1;
}

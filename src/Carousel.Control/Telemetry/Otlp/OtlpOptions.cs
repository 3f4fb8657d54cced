using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Carousel.Core.Config;

namespace Carousel.Control.Telemetry;

/// <summary>The transport of OTLP.</summary>
public enum OtlpProtocol : byte
{
    /// <summary>Protocol Buffers in HTTP/1.1 POST requests.</summary>
    Http,

    /// <summary>gRPC.</summary>
    Grpc,
}

/// <summary>Where and how metrics and traces are exported over OTLP: from the command line, and from the environment as OpenTelemetry specifies. Immutable.</summary>
public sealed record OtlpOptions
{
    /// <summary>The environment variable of the endpoint.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string Prefix = "OTEL_EXPORTER_OTLP_";

    /// <summary>The transport.</summary>
    public OtlpProtocol Protocol { get; init; }

    /// <summary>The endpoint for metrics; null to disable them.</summary>
    public Uri? Metrics { get; init; }

    /// <summary>The endpoint for traces; null to disable them.</summary>
    public Uri? Traces { get; init; }

    /// <summary>Sent with each request; usually a token.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Timeout of one request.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Interval between exports of the metrics.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>True to compress messages.</summary>
    public bool Gzip { get; init; }

    /// <summary>A PEM file of the trusted certificates; null for those of the system.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM files of the client certificate and its key; null for none.</summary>
    public (string Certificate, string Key)? Client { get; init; }

    /// <summary>The version of this program.</summary>
    public string Version { get; init; } = "";

    /// <summary>The resource attributes of this process, such as service.name.</summary>
    public IReadOnlyList<(string Key, string Value)> Resource { get; init; } = [];

    /// <summary>Parses flags and environment. Variables of a signal take precedence over flags, and flags over variables for all signals.</summary>
    /// <param name="endpoint">The value of the flag; null if it was not given.</param>
    /// <param name="protocol">The value of the flag; null if it was not given.</param>
    /// <param name="version">The version of this program.</param>
    /// <param name="environment">Returns the value of a variable; null if it is not set.</param>
    /// <param name="options">Null if nothing is exported.</param>
    /// <param name="error">The error, if this returns false.</param>
    public static bool TryRead(
        string? endpoint, OtlpProtocol? protocol, string version, Func<string, string?> environment, out OtlpOptions? options, [NotNullWhen(false)] out string? error)
    {
        var variables = new Variables(environment);
        options = null;
        error = null;
        if (endpoint == "off" || string.Equals(variables["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }
        endpoint ??= variables[EndpointVariable];
        OtlpProtocol how = protocol ?? variables.Protocol();
        Uri? metrics = variables.Signal("METRICS", endpoint, how, "v1/metrics", "opentelemetry.proto.collector.metrics.v1.MetricsService/Export");
        Uri? traces = variables.Signal("TRACES", endpoint, how, "v1/traces", "opentelemetry.proto.collector.trace.v1.TraceService/Export");
        if (metrics is null && traces is null)
        {
            error = variables.Error;
            return error is null;
        }
        string? clientCertificate = variables[$"{Prefix}CLIENT_CERTIFICATE"], clientKey = variables[$"{Prefix}CLIENT_KEY"];
        options = new OtlpOptions
        {
            Protocol = how,
            Metrics = metrics,
            Traces = traces,
            Headers = variables.Pairs($"{Prefix}HEADERS"),
            Timeout = variables.Milliseconds($"{Prefix}TIMEOUT", 10_000),
            Interval = variables.Milliseconds("OTEL_METRIC_EXPORT_INTERVAL", 60_000),
            Gzip = variables.Word($"{Prefix}COMPRESSION", "none", "gzip") == "gzip",
            Certificate = variables[$"{Prefix}CERTIFICATE"],
            Client = clientCertificate is not null && clientKey is not null ? (clientCertificate, clientKey) : null,
            Version = version,
            Resource = ResourceOf(variables, version),
        };
        error = variables.Error ?? OtlpClient.Check(options);
        return error is null;
    }

    /// <summary>OTEL_SERVICE_NAME takes precedence over OTEL_RESOURCE_ATTRIBUTES.</summary>
    private static List<(string Key, string Value)> ResourceOf(Variables variables, string version)
    {
        var resource = new List<(string Key, string Value)>
        {
            ("service.name", variables["OTEL_SERVICE_NAME"] ?? ""),
            ("service.version", version),
            ("service.instance.id", Guid.NewGuid().ToString()),
            ("host.name", Environment.MachineName),
            ("telemetry.sdk.name", "carousel"),
            ("telemetry.sdk.language", "dotnet"),
            ("telemetry.sdk.version", version),
        };
        foreach ((string key, string value) in variables.Pairs("OTEL_RESOURCE_ATTRIBUTES"))
        {
            if (key != "service.name" || resource[0].Value.Length == 0)
            {
                resource.RemoveAll(attribute => attribute.Key == key);
                resource.Insert(0, (key, value));
            }
        }
        int unnamed = resource.FindIndex(attribute => attribute is ("service.name", ""));
        if (unnamed >= 0)
        {
            resource[unnamed] = ("service.name", "carousel");
        }
        return resource;
    }

    /// <summary>Environment variables; an empty one counts as unset. Keeps the first error.</summary>
    private sealed class Variables(Func<string, string?> environment)
    {
        public string? Error { get; private set; }

        public string? this[string name] => environment(name) is { Length: > 0 } value ? value.Trim() : null;

        public OtlpProtocol Protocol() => Word($"{Prefix}PROTOCOL", "http/protobuf", "grpc") == "grpc" ? OtlpProtocol.Grpc : OtlpProtocol.Http;

        public string Word(string name, string fallback, string other)
        {
            string value = this[name] ?? fallback;
            if (value != fallback && value != other)
            {
                Fail($"{name}: expected {fallback} or {other}, found {Quote.Of(value)}");
            }
            return value;
        }

        public TimeSpan Milliseconds(string name, int fallback)
        {
            const int day = 86_400_000;
            if (this[name] is not { } text)
            {
                return TimeSpan.FromMilliseconds(fallback);
            }
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value is < 1 or > day)
            {
                Fail($"{name}: expected milliseconds, 1 to {day}, found {Quote.Of(text)}");
            }
            return TimeSpan.FromMilliseconds(Math.Max(1, value));
        }

        /// <summary><c>key=value,key=value</c>, percent-encoded.</summary>
        public List<(string, string)> Pairs(string name)
        {
            var pairs = new List<(string, string)>();
            foreach (string pair in (this[name] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                int equals = pair.IndexOf('=');
                if (equals < 1)
                {
                    // The value is not printed: it is probably a secret.
                    Fail($"{name}: expected comma-separated key=value pairs");
                    continue;
                }
                pairs.Add((pair[..equals].Trim(), Uri.UnescapeDataString(pair[(equals + 1)..].Trim())));
            }
            return pairs;
        }

        /// <summary>The endpoint of a signal; null if it is disabled.</summary>
        public Uri? Signal(string signal, string? endpoint, OtlpProtocol protocol, string path, string method)
        {
            if (this[$"OTEL_{signal}_EXPORTER"] == "none")
            {
                return null;
            }
            string? own = this[$"{Prefix}{signal}_ENDPOINT"];
            if ((own ?? endpoint) is not { } text)
            {
                return null;
            }
            if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            {
                Fail($"{(own is null ? "the OTLP endpoint" : $"{Prefix}{signal}_ENDPOINT")}: expected a URL such as http://collector:4318, found {Quote.Of(text)}");
                return null;
            }
            return protocol == OtlpProtocol.Grpc ? new Uri(uri, "/" + method)
                : own is not null ? uri
                : new Uri(text.TrimEnd('/') + "/" + path);
        }

        private void Fail(string error) => Error ??= error;
    }
}

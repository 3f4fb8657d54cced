using Carousel.Control.Telemetry;

namespace Carousel.Cli;

/// <summary>The settings of the access log, metrics and traces.</summary>
internal sealed record TelemetrySettings
{
    public LogDestination AccessLog { get; init; } = new LogDestination.Off();

    public LogFormat Format { get; init; } = LogFormat.Json;

    /// <summary>Of the flag; null if it was not given.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Of the flag; null if it was not given.</summary>
    public OtlpProtocol? Protocol { get; init; }

    /// <summary>See <see cref="Engine.EngineOptions.TraceShare"/>.</summary>
    public double? TraceShare { get; init; }

    /// <summary>The collector, after the environment was read; null for none.</summary>
    public OtlpOptions? Otlp { get; init; }

    /// <summary>Adds the OTLP settings of the environment; null with an error if they are invalid.</summary>
    public TelemetrySettings? WithEnvironment(Func<string, string?> environment, out string error)
    {
        if (!OtlpOptions.TryRead(Endpoint, Protocol, ProductVersion.Number, environment, out OtlpOptions? otlp, out string? wrong))
        {
            error = wrong;
            return null;
        }
        string collector = $"set one with --otlp or the environment variable {OtlpOptions.EndpointVariable}";
        error = TraceShare is not null && otlp?.Traces is null ? $"--trace-sample has no effect without a collector: {collector}"
            : Protocol is not null && otlp is null ? $"--otlp-protocol has no effect without a collector: {collector}"
            : "";
        return error.Length == 0 ? this with { Otlp = otlp } : null;
    }
}

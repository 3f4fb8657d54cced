using Carousel.Control.Telemetry;

namespace Carousel.Cli;

/// <summary>What is told of the traffic, and to whom.</summary>
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

    /// <summary>Where to send to, once the environment was asked; null for nowhere.</summary>
    public OtlpOptions? Otlp { get; init; }

    /// <summary>With what the environment says of OTLP; null with an error if something is wrong.</summary>
    public TelemetrySettings? WithEnvironment(Func<string, string?> environment, out string error)
    {
        if (!OtlpOptions.TryRead(Endpoint, Protocol, ProductVersion.Number, environment, out OtlpOptions? otlp, out string? wrong))
        {
            error = wrong;
            return null;
        }
        string collector = $"Name a collector with --otlp, or by the environment's {OtlpOptions.EndpointVariable}";
        error = TraceShare is not null && otlp?.Traces is null ? $"--trace-sample: where are traces to go? {collector}"
            : Protocol is not null && otlp is null ? $"--otlp-protocol: to whom is it spoken? {collector}"
            : "";
        return error.Length == 0 ? this with { Otlp = otlp } : null;
    }
}

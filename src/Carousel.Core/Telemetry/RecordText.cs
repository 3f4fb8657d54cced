namespace Carousel.Core.Telemetry;

/// <summary>The texts of a request's record: bytes as they came, cut where they were too long, control bytes included.</summary>
public enum RecordText : byte
{
    /// <summary>The method.</summary>
    Method,

    /// <summary>The request's target, as the client wrote it.</summary>
    Target,

    /// <summary>The id that a trusted proxy gave it, which X-Request-Id carries instead of ours; empty without.</summary>
    GivenId,

    /// <summary>Host; this and what follows only with <see cref="TrafficOptions.WithFields"/>.</summary>
    Host,

    /// <summary>User-Agent.</summary>
    UserAgent,

    /// <summary>Referer.</summary>
    Referer,
}

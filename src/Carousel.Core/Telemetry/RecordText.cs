namespace Carousel.Core.Telemetry;

/// <summary>The texts of a request record: the received bytes, truncated to their limits, including control bytes.</summary>
public enum RecordText : byte
{
    /// <summary>The method.</summary>
    Method,

    /// <summary>The request target as sent by the client.</summary>
    Target,

    /// <summary>The request id set by a trusted proxy, forwarded in X-Request-Id instead of a generated one; empty without.</summary>
    GivenId,

    /// <summary>Host. This and the following are recorded only with <see cref="TrafficOptions.WithFields"/>.</summary>
    Host,

    /// <summary>User-Agent.</summary>
    UserAgent,

    /// <summary>Referer.</summary>
    Referer,
}

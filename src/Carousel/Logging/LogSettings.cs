using Carousel.Core.Telemetry;

namespace Carousel.Logging;

/// <summary>What of the log is written, and how.</summary>
internal sealed record LogSettings
{
    /// <summary>Lines that matter less are left out.</summary>
    public EventLevel Level { get; init; } = EventLevel.Info;

    /// <summary>A JSON object a line.</summary>
    public bool IsJson { get; init; }

    /// <summary>See <see cref="FailureLines"/>.</summary>
    public bool ClientsToo { get; init; }
}

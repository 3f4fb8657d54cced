using Carousel.Core.Events;

namespace Carousel.Logging;

/// <summary>The level and format of the log.</summary>
internal sealed record LogSettings
{
    /// <summary>The lowest level that is written.</summary>
    public EventLevel Level { get; init; } = EventLevel.Info;

    /// <summary>One JSON object per line.</summary>
    public bool IsJson { get; init; }

    /// <summary>See <see cref="FailureLines"/>.</summary>
    public bool ClientsToo { get; init; }
}

using Carousel.Core.Events;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>A line of the balancer's log: the message and its structured fields.</summary>
/// <param name="Level">Its severity.</param>
/// <param name="Message">The message; complete without the other fields.</param>
public readonly record struct LogLine(EventLevel Level, string Message)
{
    /// <summary>The name of the server concerned; null for none.</summary>
    public string? Server { get; init; }

    /// <summary>Why a request failed, if the line reports that.</summary>
    public FailureReason Reason { get; init; }

    /// <summary>The activity, printed after "while"; null if unknown.</summary>
    public string? Activity { get; init; }

    /// <summary>The errno of the system call; 0 if none.</summary>
    public int Errno { get; init; }

    /// <summary>Number of failures in this line; 0 if it reports none.</summary>
    public int Count { get; init; }
}

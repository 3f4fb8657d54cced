using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>A line of the balancer's log: what it says, and what a program would want to pick out of it.</summary>
/// <param name="Level">How much it matters.</param>
/// <param name="Message">For people; whole without the other parts.</param>
public readonly record struct LogLine(EventLevel Level, string Message)
{
    /// <summary>The name of the server that it is about; null if it is about none.</summary>
    public string? Server { get; init; }

    /// <summary>Why a request failed, if that is what it says.</summary>
    public FailureReason Reason { get; init; }

    /// <summary>What was going on, to be read after "while"; null if that is not known.</summary>
    public string? Activity { get; init; }

    /// <summary>The system call's error; 0 if none.</summary>
    public int Errno { get; init; }

    /// <summary>How many failures it stands for; 0 if it stands for none.</summary>
    public int Count { get; init; }
}

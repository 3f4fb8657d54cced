using Carousel.Control.Telemetry;
using Carousel.Core.Events;
using Carousel.Core.Telemetry;

namespace Carousel.Logging;

/// <summary>
/// Makes log lines of failures: the first of a kind immediately, repeats as one line per second with their count. Failures with the same line are of one kind.
/// One thread at a time.
/// </summary>
/// <param name="clientsToo">False to omit failures caused by clients, since any client could fill the log with them.</param>
/// <param name="whyNoServer">Returns why no server is available now: <c>all 2 servers are down</c>.</param>
internal sealed class FailureLines(bool clientsToo, Func<string> whyNoServer)
{
    private readonly Dictionary<FailureEvent, int> _sinceLine = [];

    /// <summary>Adds a failure; returns its line if it is to be written immediately.</summary>
    public LogLine? Take(in FailureEvent failure)
    {
        if (failure.Reason.Describe().Side == FailureSide.Client && !clientsToo)
        {
            return null;
        }
        if (_sinceLine.TryGetValue(failure, out int count))
        {
            _sinceLine[failure] = count + 1;
            return null;
        }
        _sinceLine.Add(failure, 0);
        return Line(failure, 1);
    }

    /// <summary>The lines of repeated failures. A kind without repeats is removed, so its next failure is written immediately.</summary>
    public IReadOnlyList<LogLine> EndSecond()
    {
        var lines = new List<LogLine>();
        foreach ((FailureEvent failure, int count) in _sinceLine.ToArray())
        {
            if (count == 0)
            {
                _sinceLine.Remove(failure);
                continue;
            }
            _sinceLine[failure] = 0;
            lines.Add(Line(failure, count));
        }
        return lines;
    }

    private LogLine Line(in FailureEvent failure, int count)
    {
        const string theServer = "the server ";
        FailureDescription description = failure.Reason.Describe();
        string sentence = failure is { Reason: FailureReason.NoServer, Server: null } ? whyNoServer() : description.Sentence;
        if (failure.Server is { Entry: var entry })
        {
            string server = entry.Label;
            sentence = sentence.StartsWith(theServer, StringComparison.Ordinal)
                ? $"{server} {sentence[theServer.Length..]}"
                : $"{server}: {sentence}";
        }
        string errno = failure.Errno == 0 ? "" : $" (errno {failure.Errno})";
        string times = count == 1 ? "" : $" x{count}";
        // Failures caused by clients are no errors of the balancer.
        EventLevel level = description.Side == FailureSide.Client ? EventLevel.Info : EventLevel.Error;
        return new LogLine(level, $"{description.Name}: {sentence} while {failure.Activity}{errno}{times}")
        {
            Server = failure.Server?.Entry.Name,
            Reason = failure.Reason,
            Activity = failure.Activity,
            Errno = failure.Errno,
            Count = count,
        };
    }
}

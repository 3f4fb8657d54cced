using Carousel.Control.Telemetry;
using Carousel.Core.Telemetry;

namespace Carousel;

/// <summary>
/// Makes lines of failures: the first of a kind at once, those that follow as one line a second with their number, however many they are.
/// A kind is everything that the line shows. One thread at a time.
/// </summary>
/// <param name="clientsToo">False to leave out what clients cause: it is theirs to see, and anyone could fill the log with it.</param>
/// <param name="whyNoServer">Says why there is no server, as it is now: <c>all 2 servers are down</c>.</param>
internal sealed class FailureLines(bool clientsToo, Func<string> whyNoServer)
{
    private readonly Dictionary<FailureEvent, int> _sinceLine = [];

    /// <summary>Takes a failure in; gives its line if it is to be written at once.</summary>
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

    /// <summary>The lines of what came again. A kind that did not is forgotten: its next is a first one.</summary>
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
        // What clients cause is nobody's trouble but theirs.
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

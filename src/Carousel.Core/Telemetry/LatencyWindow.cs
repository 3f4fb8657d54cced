namespace Carousel.Core.Telemetry;

/// <summary>
/// A sliding window of a server's time to first byte (<see cref="ServerCounters.FirstByte"/>). Does not allocate, so many servers can be read every second.
/// The window spans <see cref="Looks"/> readings and slides by half its length, so it covers between half and all of them. One thread at a time.
/// </summary>
public sealed class LatencyWindow
{
    /// <summary>Readings per window.</summary>
    public const int Looks = 10;

    private readonly ServerTraffic _traffic;
    private LatencyTotals _now = new(), _last = new(), _middle = new(), _first = new();
    private int _looks;

    /// <summary>Creates an empty window.</summary>
    public LatencyWindow(ServerTraffic traffic)
    {
        _traffic = traffic;
        Read(_last);
        Read(_middle);
        Read(_first);
    }

    /// <summary>Takes a reading.</summary>
    /// <param name="window">Overwritten with the window.</param>
    /// <param name="sinceLast">The values since the last reading are added to it.</param>
    public void Look(LatencyTotals window, LatencyTotals sinceLast)
    {
        Read(_now);
        window.Clear();
        window.AddSince(_first, _now);
        sinceLast.AddSince(_last, _now);
        if (++_looks % (Looks / 2) == 0)
        {
            _first.Clear();
            _first.Add(_now);
            (_first, _middle) = (_middle, _first);
        }
        (_last, _now) = (_now, _last);
    }

    private void Read(LatencyTotals into)
    {
        into.Clear();
        foreach (ServerCounters? counters in _traffic.ByWorker)
        {
            if (counters is not null)
            {
                into.Add(counters.FirstByte);
            }
        }
    }
}

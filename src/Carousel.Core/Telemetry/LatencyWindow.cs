namespace Carousel.Core.Telemetry;

/// <summary>
/// How long a server's answers took to begin (<see cref="ServerCounters.FirstByte"/>) over the last while: for who looks at many servers every second, since it does so without allocating. A window of
/// <see cref="Looks"/> looks slides by half of its length at a time, so it holds from half of them to all. One thread at a time.
/// </summary>
public sealed class LatencyWindow
{
    /// <summary>So many looks are a window.</summary>
    public const int Looks = 10;

    private readonly ServerTraffic _traffic;
    private LatencyTotals _now = new(), _last = new(), _middle = new(), _first = new();
    private int _looks;

    /// <summary>The window begins empty.</summary>
    public LatencyWindow(ServerTraffic traffic)
    {
        _traffic = traffic;
        Read(_last);
        Read(_middle);
        Read(_first);
    }

    /// <summary>Looks again.</summary>
    /// <param name="window">Becomes the window, whatever it was.</param>
    /// <param name="sinceLast">Added to: what came since the last look.</param>
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

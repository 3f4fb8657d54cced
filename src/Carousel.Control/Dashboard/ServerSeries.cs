using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Dashboard;

/// <summary>What is remembered of one server from frame to frame.</summary>
internal sealed class ServerSeries
{
    private LatencyWindow? _latencies;

    public ServerSeries(Server server)
    {
        Server = server;
        Rate = new SmoothRate(CountRequests());
    }

    /// <summary>Who.</summary>
    public Server Server { get; }

    /// <summary>Requests so far.</summary>
    public long Requests { get; private set; }

    /// <summary>Requests a second.</summary>
    public SmoothRate Rate { get; }

    /// <summary>In milliseconds; -1 if nothing came.</summary>
    public double P99 { get; private set; } = -1;

    /// <summary>Every frame.</summary>
    /// <param name="seconds">Since the last one.</param>
    public void Look(double seconds) => Rate.Add(CountRequests(), seconds);

    /// <summary>Every second.</summary>
    /// <param name="own">Becomes this server's latencies of the last while; left as it is if there are none.</param>
    /// <param name="window">They are added to it.</param>
    /// <param name="sinceLast">Those that came since the last look are added to it.</param>
    public void LookAtLatencies(LatencyTotals own, LatencyTotals window, LatencyTotals sinceLast)
    {
        if (Requests == 0)
        {
            return;
        }
        _latencies ??= new LatencyWindow(Server.Traffic);
        _latencies.Look(own, sinceLast);
        window.Add(own);
        P99 = SecondLook.Percentile(own, 0.99);
    }

    private long CountRequests()
    {
        long requests = 0;
        foreach (ServerCounters? counters in Server.Traffic.ByWorker)
        {
            requests += counters is null ? 0 : Volatile.Read(ref counters.Attempts);
        }
        return Requests = requests;
    }
}

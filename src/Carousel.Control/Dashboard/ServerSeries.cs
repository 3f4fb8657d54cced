using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Dashboard;

/// <summary>The state kept for one server between frames.</summary>
internal sealed class ServerSeries
{
    private LatencyWindow? _latencies;
    private ErrorWindow? _errors;
    private long _responses;
    private bool _isNew;

    public ServerSeries(Server server)
    {
        Server = server;
        Rate = new SmoothRate(CountRequests());
    }

    /// <summary>The server.</summary>
    public Server Server { get; }

    /// <summary>Total requests.</summary>
    public long Requests { get; private set; }

    /// <summary>Requests per second.</summary>
    public SmoothRate Rate { get; }

    /// <summary>p99 latency in milliseconds; -1 without responses.</summary>
    public double P99 { get; private set; } = -1;

    /// <summary>Total 4xx responses.</summary>
    public long Status4xx { get; private set; }

    /// <summary>Total 5xx responses.</summary>
    public long Status5xx { get; private set; }

    /// <summary>Total failed attempts, without client-side failures.</summary>
    public long Failed { get; private set; }

    /// <summary>Error rate over the last minute, 0 to 1; -1 if no request finished.</summary>
    public double ErrorShare => _errors?.Share ?? -1;

    /// <summary>Called for every frame.</summary>
    /// <param name="seconds">Since the last call.</param>
    public void Look(double seconds) => Rate.Add(CountRequests(), seconds);

    /// <summary>Called every second.</summary>
    /// <param name="own">Overwritten with this server's latency window; unchanged if it has had no requests.</param>
    /// <param name="window">This server's latency window is added to it.</param>
    /// <param name="sinceLast">The latencies since the last call are added to it.</param>
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

    /// <summary>Called every second. Returns the responses since the last call, and the 5xx among them.</summary>
    public (long Responses, long Status5xx) LookAtErrors()
    {
        if (Requests == 0)
        {
            _isNew = true;
            return (0, 0);
        }
        (long responses, long status5xx) = (_responses, Status5xx);
        (_responses, Status4xx, Status5xx, Failed) = (0, 0, 0, 0);
        foreach (ServerCounters? counters in Server.Traffic.ByWorker)
        {
            if (counters is not null)
            {
                foreach (long one in counters.ByClass)
                {
                    _responses += one;
                }
                Status4xx += counters.ByClass[4];
                Status5xx += counters.ByClass[5];
                Failed += FailureReasons.SumButClients(counters.ByReason);
            }
        }
        if (_errors is null)
        {
            _errors = new ErrorWindow();
            if (_isNew)
            {
                _errors.Look(0, 0);
            }
        }
        _errors.Look(_responses + Failed, Status5xx + Failed);
        return (_responses - responses, Status5xx - status5xx);
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

using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Dashboard;

/// <summary>What is remembered of one server from frame to frame.</summary>
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

    /// <summary>Who.</summary>
    public Server Server { get; }

    /// <summary>Requests so far.</summary>
    public long Requests { get; private set; }

    /// <summary>Requests a second.</summary>
    public SmoothRate Rate { get; }

    /// <summary>In milliseconds; -1 if nothing came.</summary>
    public double P99 { get; private set; } = -1;

    /// <summary>4xx so far.</summary>
    public long Status4xx { get; private set; }

    /// <summary>5xx so far.</summary>
    public long Status5xx { get; private set; }

    /// <summary>Attempts so far that failed, but for those where the client did.</summary>
    public long Failed { get; private set; }

    /// <summary>Of what ended in the last minute, 0 to 1; -1 if nothing did.</summary>
    public double ErrorShare => _errors?.Share ?? -1;

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

    /// <summary>Every second. Gives what has come since the last time: responses, and those of them that are 5xx.</summary>
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

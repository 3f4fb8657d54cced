namespace Carousel.Benchmarks.Simulation.Model;

/// <summary>
/// A server with a number of processors and a line of requests before them, first come first served. Time is told by whoever calls, in microseconds.
/// </summary>
internal sealed class SimulatedServer(ServerSpec spec, int processors, double meanMicros)
{
    private readonly Queue<Job> _waiting = new();
    private readonly List<Job> _running = [];
    private double _factor = 1;
    private double _busySince;

    /// <summary>How long a failing server takes to say so.</summary>
    public const double FailureMicros = 200;

    public ServerSpec Spec => spec;

    public bool Fails { get; private set; }

    /// <summary>Requests that came here since counting began.</summary>
    public int Taken { get; set; }

    /// <summary>What its processors worked, in microseconds, all of them together.</summary>
    public double BusyMicros { get; private set; }

    /// <summary>Microseconds of work that one processor does in a microsecond; 1 is a server of speed 1.</summary>
    private double Rate => spec.Speed * _factor;

    /// <summary>A request comes. True if it is worked on at once: then its end is to be scheduled.</summary>
    public bool Arrive(Job job, double now)
    {
        if (_running.Count == processors)
        {
            _waiting.Enqueue(job);
            return false;
        }
        Run(job, now);
        return true;
    }

    /// <summary>A request is done. Gives the one that is worked on instead, whose end is to be scheduled; null if none waited.</summary>
    public Job? Finish(Job job, double now)
    {
        CountBusy(now);
        _running.Remove(job);
        if (!_waiting.TryDequeue(out Job? next))
        {
            return null;
        }
        Run(next, now);
        return next;
    }

    /// <summary>Its speed changes. Gives those whose ends are to be scheduled anew.</summary>
    public IReadOnlyList<Job> Change(double factor, bool fails, double now)
    {
        foreach (Job job in _running)
        {
            job.Work -= (now - job.RunningSince) * Rate;
            job.RunningSince = now;
            job.Version++;
        }
        _factor = factor;
        Fails = fails;
        return _running;
    }

    /// <summary>When a running request will be done, if nothing changes; infinite while the server stands still.</summary>
    public double EndOf(Job job) => job.RunningSince + Math.Max(0, job.Work) / Rate;

    /// <summary>Counts what was worked until now.</summary>
    public void CountBusy(double now)
    {
        BusyMicros += _running.Count * (now - _busySince);
        _busySince = now;
    }

    /// <summary>Forgets what was counted.</summary>
    public void ResetCounts(double now)
    {
        CountBusy(now);
        BusyMicros = 0;
        Taken = 0;
    }

    private void Run(Job job, double now)
    {
        CountBusy(now);
        job.RunningSince = now;
        job.Work *= meanMicros;
        _running.Add(job);
    }
}

namespace Carousel.Benchmarks.Simulation.Model;

/// <summary>A server with N processors and a FIFO queue of requests. The caller passes the time, in microseconds.</summary>
internal sealed class SimulatedServer(ServerSpec spec, int processors, double meanMicros)
{
    private readonly Queue<Job> _waiting = new();
    private readonly List<Job> _running = [];
    private double _factor = 1;
    private double _busySince;

    /// <summary>The time that a failing server takes to respond.</summary>
    public const double FailureMicros = 200;

    public ServerSpec Spec => spec;

    public bool Fails { get; private set; }

    /// <summary>Requests received since counting began.</summary>
    public int Taken { get; set; }

    /// <summary>The busy time of all its processors together, in microseconds.</summary>
    public double BusyMicros { get; private set; }

    /// <summary>Work done by one processor per microsecond; 1 is a server of speed 1.</summary>
    private double Rate => spec.Speed * _factor;

    /// <summary>Adds a request. True if its processing starts at once: then its completion must be scheduled.</summary>
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

    /// <summary>Completes a request. Returns the next one, whose completion must be scheduled; null if none is queued.</summary>
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

    /// <summary>Changes its speed. Returns the requests whose completion must be rescheduled.</summary>
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

    /// <summary>When a running request will complete at the current speed; infinite while the server is stopped.</summary>
    public double EndOf(Job job) => job.RunningSince + Math.Max(0, job.Work) / Rate;

    /// <summary>Counts the work done until now.</summary>
    public void CountBusy(double now)
    {
        BusyMicros += _running.Count * (now - _busySince);
        _busySince = now;
    }

    /// <summary>Resets the counts.</summary>
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

namespace Carousel.Core.Telemetry;

/// <summary>All workers' counters of one server. Has the server's lifetime; each worker has its own counters.</summary>
public sealed class ServerTraffic
{
    private readonly Lock _gate = new();
    private ServerCounters?[] _byWorker = [];

    /// <summary>A worker's own counters, created on first use. That worker's thread only.</summary>
    /// <param name="worker">Its index, from 0.</param>
    public ServerCounters Of(int worker)
    {
        ServerCounters?[] byWorker = _byWorker;
        return worker < byWorker.Length && byWorker[worker] is { } counters ? counters : Make(worker);
    }

    /// <summary>Each worker's counters; null for a worker that has not used them yet. Any thread.</summary>
    public ReadOnlySpan<ServerCounters?> ByWorker => Volatile.Read(ref _byWorker);

    /// <summary>The current counts. Any thread.</summary>
    public ServerCounterSnapshot Read()
    {
        var snapshot = new ServerCounterSnapshot();
        Read(snapshot);
        return snapshot;
    }

    /// <summary>The same into a reused snapshot. Any thread, each with its own snapshot.</summary>
    /// <param name="into">Overwritten.</param>
    public void Read(ServerCounterSnapshot into)
    {
        into.Clear();
        foreach (ServerCounters? counters in ByWorker)
        {
            if (counters is not null)
            {
                into.Add(counters);
            }
        }
    }

    /// <summary>The current latencies. Any thread, each with its own buffers.</summary>
    /// <param name="firstByte">Overwritten with <see cref="ServerCounters.FirstByte"/> of all workers.</param>
    /// <param name="total">Overwritten with <see cref="ServerCounters.Total"/> of all workers; null to skip it.</param>
    public void ReadLatencies(LatencyTotals firstByte, LatencyTotals? total = null)
    {
        firstByte.Clear();
        total?.Clear();
        foreach (ServerCounters? counters in ByWorker)
        {
            if (counters is not null)
            {
                firstByte.Add(counters.FirstByte);
                total?.Add(counters.Total);
            }
        }
    }

    private ServerCounters Make(int worker)
    {
        lock (_gate)
        {
            if (worker < _byWorker.Length)
            {
                return _byWorker[worker] ??= new ServerCounters();
            }
            ServerCounters?[] grown = new ServerCounters?[Math.Max(worker + 1, 2 * _byWorker.Length)];
            _byWorker.CopyTo(grown, 0);
            ServerCounters made = grown[worker] = new ServerCounters();
            Volatile.Write(ref _byWorker, grown);
            return made;
        }
    }
}

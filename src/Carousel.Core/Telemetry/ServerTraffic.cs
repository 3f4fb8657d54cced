namespace Carousel.Core.Telemetry;

/// <summary>What all workers counted of one server. Lives as long as the server; each worker has counters of its own here.</summary>
public sealed class ServerTraffic
{
    private readonly Lock _gate = new();
    private ServerCounters?[] _byWorker = [];

    /// <summary>A worker's own counters, made when it first asks. That worker's thread only.</summary>
    /// <param name="worker">Its index, from 0.</param>
    public ServerCounters Of(int worker)
    {
        ServerCounters?[] byWorker = _byWorker;
        return worker < byWorker.Length && byWorker[worker] is { } counters ? counters : Make(worker);
    }

    /// <summary>Each worker's counters; null for a worker that has never asked for them. Any thread.</summary>
    public ReadOnlySpan<ServerCounters?> ByWorker => Volatile.Read(ref _byWorker);

    /// <summary>What has been counted up to now. Any thread.</summary>
    public ServerCounterSnapshot Read()
    {
        var snapshot = new ServerCounterSnapshot();
        Read(snapshot);
        return snapshot;
    }

    /// <summary>The same into a snapshot that is reused. Any thread, each with a snapshot of its own.</summary>
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

    /// <summary>The latencies counted up to now. Any thread, each with memory of its own.</summary>
    /// <param name="firstByte">Overwritten with <see cref="ServerCounters.FirstByte"/> of all workers.</param>
    /// <param name="total">Overwritten with <see cref="ServerCounters.Total"/> of all workers; null to leave it out.</param>
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
            ServerCounters?[] grown = new ServerCounters?[Math.Max(worker + 1, _byWorker.Length)];
            _byWorker.CopyTo(grown, 0);
            ServerCounters made = grown[worker] ??= new ServerCounters();
            Volatile.Write(ref _byWorker, grown);
            return made;
        }
    }
}

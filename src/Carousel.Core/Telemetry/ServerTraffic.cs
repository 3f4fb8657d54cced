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
    public ServerTotals Read()
    {
        var totals = new ServerTotals();
        Read(totals);
        return totals;
    }

    /// <summary>The same into totals that are used again and again, for whoever reads many servers. Any thread, each with totals of its own.</summary>
    /// <param name="totals">What was in it is gone.</param>
    public void Read(ServerTotals totals)
    {
        totals.Clear();
        foreach (ServerCounters? counters in Volatile.Read(ref _byWorker))
        {
            if (counters is not null)
            {
                totals.Add(counters);
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

using Carousel.Core.Events;
using Carousel.Core.Net;
using Carousel.Core.Pools;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Proxy;

/// <summary>What all workers share: options, the pool, the limits, and the list of workers. Any thread.</summary>
internal sealed class WorkerGroup(EngineOptions options, Pool pool, FailureLog log, Traffic? traffic = null)
{
    /// <summary>A connection is handed over only if the difference is larger than this: a handover costs a wake-up.</summary>
    private const int HandOverMargin = 1;

    /// <summary>Clients being handed to a worker that is to make room for them: each holds a descriptor that is not counted.</summary>
    public const int MaxHandoversPerWorker = 16;

    private int _stoppedListening;
    private int _handovers;

    public EngineOptions Options => options;
    public Pool Pool => pool;
    public FailureLog Log => log;

    /// <summary>Counters and records of the workers.</summary>
    public Traffic Traffic { get; } = traffic ?? new Traffic(options.Workers, TrafficOptions.NoRecords);

    public ConnectionLimits Limits { get; } = new(options.MaxConnections, options.MaxConnectionsPerClient, options.MaxSockets);

    /// <summary>The proxies whose forwarding fields are trusted.</summary>
    public AddressSet Trusted { get; } = new(options.TrustedProxies);

    /// <summary>Set once, before the first thread starts.</summary>
    public Worker[] Workers { get; set; } = [];

    /// <summary>Closed when the last worker has stopped listening.</summary>
    public ListenSocket[] Sockets { get; set; } = [];

    /// <summary>A worker may still accept, and hand connections over.</summary>
    public bool IsListening => Volatile.Read(ref _stoppedListening) < Workers.Length;

    /// <summary>Requests whose heads were accepted, by all workers. May lag.</summary>
    public long Requests
    {
        get
        {
            long sum = 0;
            foreach (Worker worker in Workers)
            {
                sum += worker.Requests;
            }
            return sum;
        }
    }

    /// <summary>The worker with the fewest connections; the calling one, unless another has clearly fewer.</summary>
    public Worker LeastBusy(Worker asking)
    {
        Worker least = asking;
        int fewest = asking.Connections - HandOverMargin;
        foreach (Worker worker in Workers)
        {
            if (worker.Connections < fewest)
            {
                least = worker;
                fewest = worker.Connections;
            }
        }
        return least;
    }

    /// <summary>The worker, other than the calling one, whose first request waits longest, and since before this time; null if there is none.</summary>
    public Worker? LongestWaiting(Worker asking, long before)
    {
        Worker? longest = null;
        foreach (Worker worker in Workers)
        {
            long since = worker.Queue.WaitsSince;
            if (since < before && !ReferenceEquals(worker, asking))
            {
                longest = worker;
                before = since;
            }
        }
        return longest;
    }

    /// <summary>The worker, other than the calling one, with the longest idle client, idle since this time or before; null if there is none.</summary>
    public Worker? LongestIdle(Worker asking, long before)
    {
        Worker? longest = null;
        foreach (Worker worker in Workers)
        {
            long since = worker.Clients.IdleSince;
            if (since <= before && !ReferenceEquals(worker, asking))
            {
                longest = worker;
                before = since;
            }
        }
        return longest;
    }

    /// <summary>Counts a client that is handed to another worker; false if too many are.</summary>
    public bool TryBeginHandover()
    {
        if (Interlocked.Increment(ref _handovers) <= MaxHandoversPerWorker * Workers.Length)
        {
            return true;
        }
        EndHandover();
        return false;
    }

    /// <summary>The client has arrived at the other worker.</summary>
    public void EndHandover() => Interlocked.Decrement(ref _handovers);

    /// <summary>A worker has stopped listening; the last one closes the sockets.</summary>
    public void StoppedListening()
    {
        if (Interlocked.Increment(ref _stoppedListening) < Workers.Length)
        {
            return;
        }
        Array.ForEach(Sockets, socket => socket.Dispose());
        Array.ForEach(Workers, worker => worker.Post(new Mail(MailKind.Recheck)));
    }
}

using Carousel.Control.Supervision;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>
/// Counters of all servers since the start, including removed servers, so that sums over servers never decrease. Follows the pool's changes whether or
/// not metrics are read.
/// </summary>
internal sealed class CounterHistory : PoolFollower
{
    /// <summary>How long workers may still count for a removed server: they close its requests in flight within their next ticks.</summary>
    private static readonly TimeSpan FinalCountsTime = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<Server, Entry> _entries = [];
    private readonly LatencyTotals _firstByte = new(), _total = new();
    private readonly ServerHistory _folded = new();

    public CounterHistory(Pool pool, TimeProvider time)
        : base(pool)
    {
        _time = time;
        Follow();
    }

    /// <summary>True once a server was removed.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>Reads the counters of all servers. One reader at a time.</summary>
    /// <param name="snapshot">The servers to read.</param>
    /// <param name="left">Receives the sum over removed servers.</param>
    /// <returns>The counters of the snapshot's servers, in its order.</returns>
    public IReadOnlyList<ServerHistory> Read(PoolSnapshot snapshot, ServerHistory left)
    {
        lock (_gate)
        {
            Fold_NeedsLock();
            var present = new List<ServerHistory>(snapshot.Servers.Length);
            foreach (Entry entry in _entries.Values)
            {
                Update_NeedsLock(entry);
            }
            foreach (Server server in snapshot.Servers)
            {
                // A server added or removed concurrently may be missing or already folded.
                present.Add(_entries.TryGetValue(server, out Entry? entry) ? entry.History : new ServerHistory());
            }
            left.Add(_folded);
            foreach (Entry entry in _entries.Values)
            {
                if (entry.RemovedAt is not null)
                {
                    left.Add(entry.History);
                }
            }
            return present;
        }
    }

    /// <inheritdoc/>
    protected override void OnUpdate(PoolUpdate update)
    {
        lock (_gate)
        {
            foreach (Server server in update.Added)
            {
                _entries.Add(server, new Entry(server));
            }
            foreach (Server server in update.Removed)
            {
                _entries[server].RemovedAt = _time.GetTimestamp();
                HasLeft = true;
            }
            Fold_NeedsLock();
        }
    }

    private void Fold_NeedsLock()
    {
        foreach (Entry entry in _entries.Values.Where(entry => entry.RemovedAt is { } at && _time.GetElapsedTime(at) >= FinalCountsTime).ToArray())
        {
            Update_NeedsLock(entry);
            _folded.Add(entry.History);
            _entries.Remove(entry.Server);
        }
    }

    private void Update_NeedsLock(Entry entry)
    {
        entry.History.Update(entry.Server.Traffic, _firstByte, _total);
    }

    private sealed class Entry(Server server)
    {
        public Server Server => server;

        public ServerHistory History { get; } = new();

        /// <summary>When its removal was detected; null while it is in the pool.</summary>
        public long? RemovedAt { get; set; }
    }
}

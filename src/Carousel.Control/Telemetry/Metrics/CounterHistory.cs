using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>
/// Counters of all servers since the start, including removed servers, so that sums over servers never decrease. Follows the pool's changes whether or
/// not metrics are read.
/// </summary>
internal sealed class CounterHistory : IDisposable
{
    /// <summary>How long workers may still count for a removed server: they close its requests in flight within their next ticks.</summary>
    private static readonly TimeSpan FinalCountsTime = TimeSpan.FromSeconds(10);

    private readonly Pool _pool;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<Server, Entry> _entries = [];
    private readonly LatencyTotals _firstByte = new(), _total = new();
    private readonly ServerHistory _folded = new();
    private PoolSnapshot? _seen;

    public CounterHistory(Pool pool, TimeProvider time)
    {
        (_pool, _time) = (pool, time);
        pool.Changed += Follow;
        Follow();
    }

    /// <summary>True once a server was removed.</summary>
    public bool HasLeft { get; private set; }

    public void Dispose() => _pool.Changed -= Follow;

    /// <summary>Reads the counters of all servers. One reader at a time.</summary>
    /// <param name="snapshot">The servers to read.</param>
    /// <param name="left">Receives the sum over removed servers.</param>
    /// <returns>The counters of the snapshot's servers, in its order.</returns>
    public IReadOnlyList<ServerHistory> Read(PoolSnapshot snapshot, ServerHistory left)
    {
        lock (_gate)
        {
            Follow_NeedsLock();
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

    private void Follow()
    {
        lock (_gate)
        {
            Follow_NeedsLock();
        }
    }

    /// <summary>Cheap unless servers were added or removed: snapshots then share the array of servers.</summary>
    private void Follow_NeedsLock()
    {
        PoolSnapshot now = _pool.Current;
        if (_seen is null || now.Servers != _seen.Servers)
        {
            _seen = now;
            foreach (Server server in now.Servers)
            {
                _entries.TryAdd(server, new Entry(server));
            }
            var present = now.Servers.ToHashSet();
            foreach (Entry entry in _entries.Values)
            {
                if (entry.RemovedAt is null && !present.Contains(entry.Server))
                {
                    entry.RemovedAt = _time.GetTimestamp();
                    HasLeft = true;
                }
            }
        }
        if (HasLeft)
        {
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

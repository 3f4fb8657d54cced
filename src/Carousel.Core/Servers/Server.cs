using System.Net;
using Carousel.Core.Config;
using Carousel.Core.Health;
using Carousel.Core.Telemetry;

namespace Carousel.Core.Servers;

/// <summary>
/// A server of the pool. The same object for as long as the pool has it, even if its line changes: connections, the ring and policies hold it by
/// reference. Its status at a moment is in the snapshot.
/// </summary>
public sealed class Server
{
    private volatile ServerEntry _entry;
    private volatile IPEndPoint? _workedLast;
    private volatile bool _isUnreachable;
    private volatile ProbeReport? _lastProbe;
    private volatile Ejection? _lastEjection;

    /// <param name="id">See <see cref="Id"/>.</param>
    /// <param name="slot">See <see cref="Slot"/>.</param>
    /// <param name="entry">See <see cref="Entry"/>.</param>
    public Server(string id, int slot, ServerEntry entry)
    {
        Id = id;
        Slot = slot;
        Tag = ServerIds.Tag(entry.Address.Url);
        _entry = entry;
        Load.Max = entry.MaxRequests ?? int.MaxValue;
    }

    /// <summary>Short stable hash of the canonical URL, the same on every replica.</summary>
    public string Id { get; }

    /// <summary>64-bit hash of its URL: identifies the server in cookies, the same on every replica.</summary>
    public ulong Tag { get; }

    /// <summary>Index from 0 for per-server arrays, unique over all pools of the process (<see cref="SlotAllocator"/>). Reused after the server is removed.</summary>
    public int Slot { get; }

    /// <summary>Load state shared by all workers.</summary>
    public ServerLoad Load { get; } = new();

    /// <summary>Traffic counters of all workers.</summary>
    public ServerTraffic Traffic { get; } = new();

    /// <summary>Result of its last probe, set by the prober; null before the first. Any thread.</summary>
    public ProbeReport? LastProbe
    {
        get => _lastProbe;
        set => _lastProbe = value;
    }

    /// <summary>The reason of its last ejection; null if it never was ejected. Any thread.</summary>
    public Ejection? LastEjection
    {
        get => _lastEjection;
        internal set => _lastEjection = value;
    }

    /// <summary>Its current options. The address is constant; anything else may change, by the membership of its pool only. Any thread.</summary>
    public ServerEntry Entry
    {
        get => _entry;
        internal set
        {
            _entry = value;
            Load.Max = value.MaxRequests ?? int.MaxValue;
        }
    }

    /// <summary>
    /// The address of the last successful connection: the next connection starts there. It may no longer be among the server's addresses; null before
    /// the first connection. Any thread.
    /// </summary>
    public IPEndPoint? WorkedLast => _workedLast;

    /// <summary>Records a successful connection to this address. Any thread; writes only on a change.</summary>
    public void Worked(IPEndPoint endPoint)
    {
        if (!endPoint.Equals(_workedLast))
        {
            _workedLast = endPoint;
        }
    }

    /// <summary>Records a failed connection or probe: the name may now resolve to other addresses. Any thread; writes only on a change.</summary>
    public void NoteUnreachable()
    {
        if (!_isUnreachable)
        {
            _isUnreachable = true;
        }
    }

    /// <summary>True if <see cref="NoteUnreachable"/> was called since the last call. One thread.</summary>
    public bool TakeUnreachable()
    {
        bool was = _isUnreachable;
        if (was)
        {
            _isUnreachable = false;
        }
        return was;
    }

    /// <inheritdoc/>
    public override string ToString() => Entry.Name;
}

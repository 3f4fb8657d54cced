using System.Net;
using Carousel.Core.Config;
using Carousel.Core.Health;
using Carousel.Core.Telemetry;

namespace Carousel.Core.Pool;

/// <summary>
/// One server that requests are balanced to. The same object for as long as the pool has it, whatever its line says meanwhile: connections, the ring and
/// policies know it by reference. How it stands at a moment is in the snapshot.
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

    /// <summary>Short stable hash of the canonical URL: every replica computes the same.</summary>
    public string Id { get; }

    /// <summary>Its URL's hash in 64 bits: what cookies name it by, the same on every replica.</summary>
    public ulong Tag { get; }

    /// <summary>Dense index from 0, unique among the servers of a pool: what per-server arrays are indexed by. Free for another once it has left.</summary>
    public int Slot { get; }

    /// <summary>What all workers share of it.</summary>
    public ServerLoad Load { get; } = new();

    /// <summary>What all workers counted of it.</summary>
    public ServerTraffic Traffic { get; } = new();

    /// <summary>How its last probe ended, told by whoever probes it; null before the first. Any thread.</summary>
    public ProbeReport? LastProbe
    {
        get => _lastProbe;
        set => _lastProbe = value;
    }

    /// <summary>Why it was ejected the last time; null if it never was. Any thread.</summary>
    public Ejection? LastEjection
    {
        get => _lastEjection;
        internal set => _lastEjection = value;
    }

    /// <summary>What servers.txt says about it now. The address stays; anything else may change, by <see cref="PoolMembership"/> only. Any thread.</summary>
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
    /// Of several addresses the one that took the last connection: the next connection begins there. It may not be among them any more; null before the
    /// first connection. Any thread.
    /// </summary>
    public IPEndPoint? WorkedLast => _workedLast;

    /// <summary>This address took a connection. Any thread; writes nothing if that is known.</summary>
    public void Worked(IPEndPoint endPoint)
    {
        if (!endPoint.Equals(_workedLast))
        {
            _workedLast = endPoint;
        }
    }

    /// <summary>
    /// It could not be connected, or a probe of it failed: its name may lead elsewhere by now. Any thread; writes nothing if that is known.
    /// </summary>
    public void NoteUnreachable()
    {
        if (!_isUnreachable)
        {
            _isUnreachable = true;
        }
    }

    /// <summary>True if <see cref="NoteUnreachable"/> was called since the last time. One thread.</summary>
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

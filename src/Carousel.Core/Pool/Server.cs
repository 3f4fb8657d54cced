using Carousel.Core.Config;

namespace Carousel.Core.Pool;

/// <summary>One server that requests are balanced to. Identity only, immutable: what changes lives in the snapshot.</summary>
public sealed class Server(string id, int slot, ServerEntry entry)
{
    /// <summary>Short stable hash of the canonical URL: every replica computes the same.</summary>
    public string Id { get; } = id;

    /// <summary>Its URL's hash in 64 bits: what cookies name it by, the same on every replica.</summary>
    public ulong Tag { get; } = ServerIds.Tag(entry.Address.Url);

    /// <summary>Dense index from 0, unique among the servers of a pool: what per-server arrays are indexed by.</summary>
    public int Slot { get; } = slot;

    /// <summary>What servers.txt says about it.</summary>
    public ServerEntry Entry { get; } = entry;

    /// <inheritdoc/>
    public override string ToString() => Entry.Name;
}

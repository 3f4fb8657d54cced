using System.Collections.Immutable;
using Carousel.Core.Ring;

namespace Carousel.Core.Pool;

/// <summary>
/// Those among whom a policy picks: the servers of one kind (all that are no backup, or the backups) that take new visitors. Immutable, but for the
/// ring, in which the same servers turn. Made anew whenever one of them changes: a policy sees by the reference that what it computed is out of date.
/// </summary>
/// <param name="ring">The same servers in rotation.</param>
/// <param name="servers">In the order of the file.</param>
public sealed class Candidates(ServerRing ring, ImmutableArray<Server> servers)
{
    /// <summary>The servers in rotation. For an instant it may be ahead of <see cref="Servers"/>, or behind.</summary>
    public ServerRing Ring => ring;

    /// <summary>The servers, in the order of the file.</summary>
    public ImmutableArray<Server> Servers => servers;

    /// <summary>Their weights, 1 to 1000, in the same order.</summary>
    public ImmutableArray<int> Weights { get; } = [.. servers.Select(server => server.Entry.Weight)];
}

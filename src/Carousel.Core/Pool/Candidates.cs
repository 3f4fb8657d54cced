using System.Collections.Immutable;
using Carousel.Core.Ring;

namespace Carousel.Core.Pool;

/// <summary>
/// Those among whom a policy picks: the servers of one kind (all that are no backup, or the backups) that take new visitors. Immutable, but for the
/// ring, in which the same servers turn. Made anew whenever one of them changes: a policy sees by the reference that what it computed is out of date.
/// </summary>
public sealed class Candidates
{
    /// <param name="ring">The same servers in rotation.</param>
    /// <param name="servers">In the order of the file.</param>
    public Candidates(ServerRing ring, ImmutableArray<Server> servers)
    {
        Ring = ring;
        Servers = servers;
        Weights = [.. servers.Select(server => server.Entry.Weight)];
        AreEven = Weights.Distinct().Count() <= 1;
    }

    /// <summary>The servers in rotation. For an instant it may be ahead of <see cref="Servers"/>, or behind.</summary>
    public ServerRing Ring { get; }

    /// <summary>The servers, in the order of the file.</summary>
    public ImmutableArray<Server> Servers { get; }

    /// <summary>Their weights, 1 to 1000, in the same order.</summary>
    public ImmutableArray<int> Weights { get; }

    /// <summary>True if all have the same weight.</summary>
    public bool AreEven { get; }
}

using System.Collections.Immutable;
using Carousel.Core.Ring;
using Carousel.Core.Servers;

namespace Carousel.Core.Policies;

/// <summary>
/// The servers that a policy picks from: those of one kind (primaries or backups) that take new sessions. Immutable, except the ring, which rotates
/// the same servers. Replaced only when the servers or their weights change: a policy detects by reference that its computed state is out of date, and each
/// worker computes it anew.
/// </summary>
public sealed class Candidates
{
    /// <param name="ring">The same servers in rotation.</param>
    /// <param name="servers">In file order.</param>
    public Candidates(ServerRing ring, ImmutableArray<Server> servers)
    {
        Ring = ring;
        Servers = servers;
        Weights = [.. servers.Select(server => server.Entry.Weight)];
        AreEven = Weights.Distinct().Count() <= 1;
    }

    /// <summary>The servers in rotation. May briefly be ahead of or behind <see cref="Servers"/>.</summary>
    public ServerRing Ring { get; }

    /// <summary>The servers, in file order.</summary>
    public ImmutableArray<Server> Servers { get; }

    /// <summary>Their weights, 1 to 1000, in the same order.</summary>
    public ImmutableArray<int> Weights { get; }

    /// <summary>True if all have the same weight.</summary>
    public bool AreEven { get; }

    /// <summary>True if these servers, with their present weights, are the candidates.</summary>
    internal bool AreStill(ImmutableArray<Server> servers)
    {
        if (servers.Length != Servers.Length)
        {
            return false;
        }
        for (int i = 0; i < servers.Length; i++)
        {
            if (!ReferenceEquals(servers[i], Servers[i]) || servers[i].Entry.Weight != Weights[i])
            {
                return false;
            }
        }
        return true;
    }
}

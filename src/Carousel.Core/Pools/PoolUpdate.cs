using System.Collections.Immutable;
using Carousel.Core.Servers;

namespace Carousel.Core.Pools;

/// <summary>What a change of a pool changed, for its followers. Immutable.</summary>
public sealed class PoolUpdate
{
    /// <param name="before">The snapshot before; null for a follower's first update.</param>
    /// <param name="after">The snapshot now.</param>
    /// <param name="edited">Servers whose options changed.</param>
    internal PoolUpdate(PoolSnapshot? before, PoolSnapshot after, IEnumerable<Server> edited)
    {
        After = after;
        if (before is null)
        {
            (Added, Changed, Removed) = (after.Servers, [], []);
            return;
        }
        bool areTheSame = before.Servers == after.Servers;
        HashSet<Server> others = [.. edited];
        Added = areTheSame ? [] : [.. after.Servers.Where(server => !before.Contains(server))];
        Removed = areTheSame ? [] : [.. before.Servers.Where(server => !after.Contains(server))];
        Changed = [.. after.Servers.Where(server => before.Contains(server) && (others.Contains(server) || before[server] != after[server]))];
    }

    /// <summary>The snapshot now. The pool may have changed again: that is another update.</summary>
    public PoolSnapshot After { get; }

    /// <summary>Servers that the pool had not before, in the order of their places.</summary>
    public ImmutableArray<Server> Added { get; }

    /// <summary>Servers whose status or options changed.</summary>
    public ImmutableArray<Server> Changed { get; }

    /// <summary>Servers that are no longer in the pool.</summary>
    public ImmutableArray<Server> Removed { get; }
}

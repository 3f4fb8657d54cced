using System.Collections.Immutable;
using Carousel.Core.Pool;

namespace Carousel.Core.Policies;

/// <summary>
/// The server with the fewest requests in flight for its weight, this one included, over all workers. Among equals the first behind the one that was
/// picked last, so that equal servers get equal turns.
/// </summary>
public sealed class LeastRequests : Policy
{
    /// <summary>
    /// Servers that a pick looks at, if one of them may be picked: the least of so many is hardly ever worse than the least of all, and a pool of thousands
    /// would cost microseconds. The next pick looks at those behind.
    /// </summary>
    private const int MaxLooks = 64;

    private int _next;

    /// <inheritdoc/>
    public override Server? Pick(Candidates candidates, in PickInput input)
    {
        ImmutableArray<Server> servers = candidates.Servers;
        ImmutableArray<int> weights = candidates.Weights;
        int at = _next < servers.Length ? _next : 0;
        int best = -1;
        long bestRequests = 0, bestWeight = 0;
        for (int look = 0; look < servers.Length && (look < MaxLooks || best < 0); look++)
        {
            Server server = servers[at];
            long requests = server.Load.InFlight + 1L;
            // The fraction requests / weight compared without a division.
            if ((best < 0 || requests * bestWeight < bestRequests * weights[at]) && input.MayTake(server))
            {
                (best, bestRequests, bestWeight) = (at, requests, weights[at]);
            }
            at = at + 1 < servers.Length ? at + 1 : 0;
        }
        if (best < 0)
        {
            return null;
        }
        _next = best + 1;
        return servers[best];
    }
}

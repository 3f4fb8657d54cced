using Carousel.Core.Servers;

namespace Carousel.Core.Policies;

/// <summary>
/// The server with the fewest requests in flight (this one included) for its weight, over all workers. Among equals the first after the last pick, so
/// that equal servers get equal shares.
/// </summary>
public sealed class LeastRequests : Policy
{
    /// <summary>
    /// Servers that a pick compares, if one of them may be picked. The least of 64 is rarely worse than the least of all, and a scan of thousands
    /// would cost microseconds. The next pick continues after the last one.
    /// </summary>
    internal const int MaxLooks = 64;

    private int _next;

    /// <inheritdoc/>
    public override Server? Pick(Candidates candidates, in PickInput input)
    {
        int count = candidates.Servers.Length;
        int start = _next < count ? _next : 0;
        int looks = Math.Min(count, MaxLooks);
        var best = new Best(candidates);
        best.Look(start, Math.Min(count, start + looks), input);
        best.Look(0, Math.Max(0, start + looks - count), input);
        for (int at = start + looks; best.At < 0 && looks < count; at++, looks++)
        {
            int place = at % count;
            best.Look(place, place + 1, input);
        }
        if (best.At < 0)
        {
            return null;
        }
        _next = best.At + 1;
        return candidates.Servers[best.At];
    }

    /// <summary>The best server so far.</summary>
    private ref struct Best(Candidates candidates)
    {
        private readonly ReadOnlySpan<Server> _servers = candidates.Servers.AsSpan();
        private readonly ReadOnlySpan<int> _weights = candidates.Weights.AsSpan();
        private long _requests = (long)int.MaxValue + 1, _weight = 1;

        /// <summary>Its index; -1 if there is none.</summary>
        public int At { get; private set; } = -1;

        /// <summary>Compares the servers of this range, in order.</summary>
        public void Look(int from, int end, in PickInput input)
        {
            for (int at = NextBetter(from, end); at < end; at = NextBetter(at + 1, end))
            {
                if (input.MayTake(_servers[at]))
                {
                    (At, _requests, _weight) = (at, _servers[at].Load.InFlight + 1L, _weights[at]);
                }
            }
        }

        /// <summary>
        /// Index of the next server with fewer requests than the best so far; the end if there is none. Separate and without calls, so that all state
        /// stays in registers.
        /// </summary>
        private readonly int NextBetter(int from, int end)
        {
            ReadOnlySpan<Server> servers = _servers[from..end];
            ReadOnlySpan<int> weights = _weights[from..end];
            (long requests, long weight) = (_requests, _weight);
            for (int i = 0; i < servers.Length; i++)
            {
                // Compares the fractions requests / weight without a division.
                if ((servers[i].Load.InFlight + 1L) * weight < requests * weights[i])
                {
                    return from + i;
                }
            }
            return end;
        }
    }
}

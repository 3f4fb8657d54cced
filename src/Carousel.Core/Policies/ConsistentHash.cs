using System.Buffers;
using System.Collections.Immutable;
using Carousel.Core.Servers;

namespace Carousel.Core.Policies;

/// <summary>
/// Consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam, 2018): the same server for the same key, on every worker and replica. A
/// server has points on a circle, placed by its URL alone, in proportion to its weight; a key belongs to the next point. When one of n servers is
/// added or removed, only its own keys move: 1/n of all.
/// </summary>
/// <remarks>
/// The circle is a table: a pick is one lookup, where a sorted ring takes a dozen steps and rendezvous hashing one per server. Maglev's table is more
/// even (here the shares of equal servers differ by some 6%), but moves keys of servers that stay. The load bound limits the unevenness.
/// </remarks>
public sealed class ConsistentHash : Policy
{
    /// <summary>Slots of the circle: some dozens for each of a thousand servers, and 256 KB fit in a core's cache.</summary>
    private const int SlotBits = 16;

    /// <summary>Points per unit of weight. The shares of equal servers differ by one over its square root.</summary>
    private const int PointsPerWeight = 256;

    /// <summary>
    /// If the weights add up to more than this (a power of two), all are divided by two, four and so on, so that the table is built in some
    /// milliseconds. When a pool crosses such a limit, more keys move.
    /// </summary>
    internal const int MaxTotalWeight = 4096;

    /// <summary>Rehashes of a key whose server is over its bound; each leads to a different server.</summary>
    private const int MaxProbes = 8;

    /// <summary>
    /// Requests in flight that every server may have, however idle the others are. With few in flight the bound would be one or two, and would split
    /// up a browser's concurrent requests.
    /// </summary>
    internal const int AlwaysAllowed = 8;

    /// <summary>Made for the first pick: most pools have no backups to hash to.</summary>
    private int[] _owners = [];
    private Candidates? _candidates;
    private long _totalWeight;

    /// <summary>Requests in flight on all candidates: summed once a millisecond, plus those this worker has added since.</summary>
    private long _inFlight;
    private long _countedAt;

    /// <inheritdoc/>
    public override Server? Pick(Candidates candidates, in PickInput input)
    {
        ImmutableArray<Server> servers = candidates.Servers;
        if (servers.IsEmpty)
        {
            return null;
        }
        if (!ReferenceEquals(candidates, _candidates))
        {
            Take(candidates);
            Count(input.NowMs);
        }
        else if (input.NowMs != _countedAt)
        {
            Count(input.NowMs);
        }
        _inFlight++;
        var keys = new SplitMix(input.Key);
        for (int probe = 0; probe < MaxProbes; probe++)
        {
            int place = _owners[keys.Next() >> (64 - SlotBits)];
            if (IsWithinBound(place) && input.MayTake(servers[place]))
            {
                return servers[place];
            }
        }
        return PickLeast(candidates, input);
    }

    /// <summary>
    /// True if one more request leaves the server at 5/4 of its share of all requests in flight, rounded up, or less. At least one server meets this.
    /// </summary>
    private bool IsWithinBound(int place)
    {
        int has = _candidates!.Servers[place].Load.InFlight;
        return has < AlwaysAllowed || 4 * has * _totalWeight < 5 * _inFlight * _candidates.Weights[place];
    }

    /// <summary>The probes found no server: picks the one with the fewest requests for its weight, which is within its bound if any is.</summary>
    private static Server? PickLeast(Candidates candidates, in PickInput input)
    {
        int best = -1;
        long bestHas = 0;
        for (int i = 0; i < candidates.Servers.Length; i++)
        {
            long has = candidates.Servers[i].Load.InFlight;
            bool isLess = best < 0 || has * candidates.Weights[best] < bestHas * candidates.Weights[i];
            if (isLess && input.MayTake(candidates.Servers[i]))
            {
                (best, bestHas) = (i, has);
            }
        }
        return best < 0 ? null : candidates.Servers[best];
    }

    private void Count(long nowMs)
    {
        _countedAt = nowMs;
        _inFlight = 0;
        foreach (Server server in _candidates!.Servers)
        {
            _inFlight += server.Load.InFlight;
        }
    }

    /// <summary>
    /// Rebuilds the table for other candidates. If several points fall into a slot, the smallest remainder of the hash wins, so that the order of
    /// servers does not matter. Slots without a point belong to the next slot that has one.
    /// </summary>
    private void Take(Candidates candidates)
    {
        _candidates = candidates;
        _owners = _owners.Length != 0 ? _owners : new int[1 << SlotBits];
        _totalWeight = candidates.Weights.Sum(weight => (long)weight);
        int shift = 0;
        while (_totalWeight >> shift > MaxTotalWeight)
        {
            shift++;
        }
        uint[] rests = ArrayPool<uint>.Shared.Rent(_owners.Length);
        rests.AsSpan().Fill(uint.MaxValue);
        _owners.AsSpan().Fill(-1);
        for (int place = 0; place < candidates.Servers.Length; place++)
        {
            var points = new SplitMix(candidates.Servers[place].Tag);
            for (int left = Math.Max(1, candidates.Weights[place] * PointsPerWeight >> shift); left > 0; left--)
            {
                ulong point = points.Next();
                ref uint rest = ref rests[point >> (64 - SlotBits)];
                if ((uint)point < rest)
                {
                    rest = (uint)point;
                    _owners[point >> (64 - SlotBits)] = place;
                }
            }
        }
        ArrayPool<uint>.Shared.Return(rests);
        FillGaps();
    }

    private void FillGaps()
    {
        int next = _owners[_owners.AsSpan().IndexOfAnyExcept(-1)];
        for (int slot = _owners.Length - 1; slot >= 0; slot--)
        {
            next = _owners[slot] >= 0 ? _owners[slot] : next;
            _owners[slot] = next;
        }
    }
}

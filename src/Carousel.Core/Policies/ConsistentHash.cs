using System.Buffers;
using System.Collections.Immutable;
using Carousel.Core.Pool;

namespace Carousel.Core.Policies;

/// <summary>
/// The same server for the same key, on every worker and every replica: consistent hashing with bounded load (Mirrokni, Thorup, Zadimoghaddam, 2018).
/// A server has points on a circle, by its URL alone and as many as its weight asks for, and a key belongs to the next point. So of n servers one that
/// leaves or comes moves its own keys, 1/n of all, and no others.
/// </summary>
/// <remarks>
/// The circle is a table: a pick is one look, where a sorted ring takes a dozen and rendezvous hashing as many as there are servers. Maglev's table would be
/// more even (here the shares of equal servers differ by some 6%), but it moves keys of those that stay. What is uneven is bounded anyway.
/// </remarks>
public sealed class ConsistentHash : Policy
{
    /// <summary>Slots of the circle: a thousand servers have some dozens each, and 256 KB stay in a core's cache.</summary>
    private const int SlotBits = 16;

    /// <summary>Points for each unit of weight: shares of equal servers differ by one over the root of that.</summary>
    private const int PointsPerWeight = 256;

    /// <summary>
    /// Weights that add up to more than this, a power of two, count a half, a quarter and so on, so that the table is made in some milliseconds. Where a
    /// pool crosses that line, more keys move.
    /// </summary>
    internal const int MaxTotalWeight = 4096;

    /// <summary>Keys that are tried in the place of one whose server has too much: each leads to a server of its own.</summary>
    private const int MaxProbes = 8;

    /// <summary>
    /// Requests in flight that no server is denied, however idle the others are: with next to nothing in flight the bound would be one or two, and tear
    /// apart what one browser asks for at once.
    /// </summary>
    internal const int AlwaysAllowed = 8;

    private readonly int[] _owners = new int[1 << SlotBits];
    private Candidates? _candidates;
    private long _totalWeight;

    /// <summary>Requests in flight on all candidates: counted once a millisecond, and what we added since.</summary>
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
    /// True if with one more the server has at most 5/4 of its share of all that is in flight, rounded up. There is always one of which that is true.
    /// </summary>
    private bool IsWithinBound(int place)
    {
        int has = _candidates!.Servers[place].Load.InFlight;
        return has < AlwaysAllowed || 4 * has * _totalWeight < 5 * _inFlight * _candidates.Weights[place];
    }

    /// <summary>Chance found none: the one that has the least for its weight, which is within its bound if any is.</summary>
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
    /// Other candidates: makes the table anew. Of several points in a slot the one with the smallest rest of its hash has it, so that nobody's order counts,
    /// and slots without a point belong to the next that has one.
    /// </summary>
    private void Take(Candidates candidates)
    {
        _candidates = candidates;
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

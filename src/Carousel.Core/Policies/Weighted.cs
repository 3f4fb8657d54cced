using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using Carousel.Core.Servers;

namespace Carousel.Core.Policies;

/// <summary>
/// Smooth weighted round robin, as in nginx: at each pick every server's credit grows by its weight, and the server with the most credit is picked
/// and pays the sum of all weights. Over a cycle of as many picks as the weights add up to, each server gets exactly its weight, and the picks of a
/// heavy one are spread among the others: weights 5, 1, 1 give a a b a c a a. Exact per worker.
/// </summary>
/// <param name="seed">Seed of the start position in the cycle: workers that start alike would all pick the same server at the same time.</param>
public sealed class Weighted(ulong seed) : Policy
{
    private SplitMix _random = new(seed);
    private Candidates? _candidates;
    private int _total;

    // Padded to whole vectors: the padding has no weight and a credit that is never the largest.
    private int[] _weights = [];
    private int[] _credits = [];

    /// <inheritdoc/>
    public override Server? Pick(Candidates candidates, in PickInput input)
    {
        if (!ReferenceEquals(candidates, _candidates))
        {
            Take(candidates);
        }
        if (candidates.Servers.IsEmpty)
        {
            return null;
        }
        int best = Step();
        Server server = candidates.Servers[best];
        if (!input.MayTake(server))
        {
            return PickAnother(candidates, input);
        }
        _credits[best] -= _total;
        return server;
    }

    /// <summary>Adds the weights to the credits; returns the index of the largest, the first of several.</summary>
    private int Step()
    {
        Span<Vector<int>> credits = MemoryMarshal.Cast<int, Vector<int>>(_credits.AsSpan());
        ReadOnlySpan<Vector<int>> weights = MemoryMarshal.Cast<int, Vector<int>>(_weights);
        var most = new Vector<int>(int.MinValue);
        for (int i = 0; i < credits.Length; i++)
        {
            credits[i] += weights[i];
            most = Vector.Max(most, credits[i]);
        }
        int largest = int.MinValue;
        for (int lane = 0; lane < Vector<int>.Count; lane++)
        {
            largest = Math.Max(largest, most[lane]);
        }
        return _credits.AsSpan().IndexOf(largest);
    }

    /// <summary>
    /// The server with the most credit is not eligible. This pick counts among the eligible servers only: the others accumulate no credit, which they
    /// would later spend in one burst.
    /// </summary>
    private Server? PickAnother(Candidates candidates, in PickInput input)
    {
        ImmutableArray<Server> servers = candidates.Servers;
        int best = -1;
        int total = 0;
        for (int i = 0; i < servers.Length; i++)
        {
            if (!input.MayTake(servers[i]))
            {
                _credits[i] -= _weights[i];
                continue;
            }
            total += _weights[i];
            if (best < 0 || _credits[i] > _credits[best])
            {
                best = i;
            }
        }
        if (best < 0)
        {
            return null;
        }
        _credits[best] -= total;
        return servers[best];
    }

    /// <summary>Rebuilds the credits for other candidates: servers that stay keep their credit, so that no pick is lost or doubled.</summary>
    private void Take(Candidates candidates)
    {
        ImmutableArray<Server> servers = candidates.Servers;
        Dictionary<Server, int> before = CreditsByServer();
        int whole = (servers.Length + Vector<int>.Count - 1) / Vector<int>.Count * Vector<int>.Count;
        _candidates = candidates;
        _total = candidates.Weights.Sum();
        _weights = new int[whole];
        candidates.Weights.CopyTo(_weights);
        _credits = new int[whole];
        _credits.AsSpan(servers.Length).Fill(int.MinValue);
        for (int i = 0; i < servers.Length; i++)
        {
            // Weights may have been much larger before: limit the credit to one cycle.
            _credits[i] = Math.Clamp(before.GetValueOrDefault(servers[i]), -_total, _total);
        }
        Balance(_credits.AsSpan(0, servers.Length));
        for (int ahead = before.Count == 0 ? _random.Below(servers.Length) : 0; ahead > 0; ahead--)
        {
            _credits[Step()] -= _total;
        }
    }

    private Dictionary<Server, int> CreditsByServer()
    {
        var credits = new Dictionary<Server, int>();
        for (int i = 0; i < _candidates?.Servers.Length; i++)
        {
            credits.Add(_candidates.Servers[i], _credits[i]);
        }
        return credits;
    }

    /// <summary>Distributes the credit of removed servers, so that credits add up to about zero and a new server, which has none, is in the middle.</summary>
    private static void Balance(Span<int> credits)
    {
        long sum = 0;
        foreach (int credit in credits)
        {
            sum += credit;
        }
        foreach (ref int credit in credits)
        {
            credit -= (int)(sum / credits.Length);
        }
    }
}

using System.Collections.Immutable;
using Carousel.Core.Pool;

namespace Carousel.Core.Policies;

/// <summary>
/// Draws candidates at random, each as often as its weight says, in the same few steps however many there are: Walker's alias method (1977), as built by
/// Vose. There is a column for each candidate; who draws one gets its owner, or, with what is missing of the owner's share, its alias. One thread.
/// </summary>
internal sealed class WeightedDraw(ulong seed)
{
    private const int ShareBits = 32;

    private SplitMix _random = new(seed);
    private Candidates? _candidates;

    /// <summary>How much of a column is its owner's, of 2^32.</summary>
    private long[] _shares = [];
    private int[] _aliases = [];

    /// <summary>The place of one of the candidates, of which there is at least one.</summary>
    public int Next(Candidates candidates)
    {
        if (!ReferenceEquals(candidates, _candidates))
        {
            Take(candidates);
        }
        ulong bits = _random.Next();
        int column = SplitMix.Below(bits, _shares.Length);
        return (uint)bits < _shares[column] ? column : _aliases[column];
    }

    /// <summary>The place of one of those that may be picked, found by looking at all; -1 if there is none.</summary>
    public int NextOfThose(Candidates candidates, in PickInput input)
    {
        int drawn = -1;
        int total = 0;
        for (int i = 0; i < candidates.Servers.Length; i++)
        {
            if (input.MayTake(candidates.Servers[i]))
            {
                int weight = candidates.Weights[i];
                total += weight;
                drawn = _random.Below(total) < weight ? i : drawn;
            }
        }
        return drawn;
    }

    /// <summary>What a column has too much or too little of is counted in units of 1/n of a weight, so that all is exact.</summary>
    private void Take(Candidates candidates)
    {
        ImmutableArray<int> weights = candidates.Weights;
        int count = weights.Length;
        long column = weights.Sum(weight => (long)weight);
        long[] left = [.. weights.Select(weight => (long)weight * count)];
        _candidates = candidates;
        _shares = new long[count];
        _aliases = new int[count];
        var poor = new Stack<int>(Enumerable.Range(0, count).Where(i => left[i] < column));
        var rich = new Stack<int>(Enumerable.Range(0, count).Where(i => left[i] >= column));
        while (poor.TryPop(out int owner))
        {
            // There is someone rich as long as someone is poor: together they have just as much as all columns hold.
            int alias = rich.Peek();
            _shares[owner] = (left[owner] << ShareBits) / column;
            _aliases[owner] = alias;
            left[alias] -= column - left[owner];
            if (left[alias] < column)
            {
                poor.Push(rich.Pop());
            }
        }
        foreach (int owner in rich)
        {
            _shares[owner] = 1L << ShareBits;
        }
    }
}

using System.Collections.Immutable;

namespace Carousel.Core.Policies;

/// <summary>
/// Draws a random candidate in proportion to weights, in constant time: Walker's alias method (1977), built by Vose's algorithm. Each candidate has a
/// column; a draw of a column gives its owner or, for the part that the owner's share does not fill, its alias. One thread.
/// </summary>
internal sealed class WeightedDraw(ulong seed)
{
    private const int ShareBits = 32;

    private SplitMix _random = new(seed);
    private Candidates? _candidates;

    /// <summary>The owner's part of a column, in units of 2^-32.</summary>
    private long[] _shares = [];
    private int[] _aliases = [];

    /// <summary>The index of a random candidate; there must be at least one.</summary>
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

    /// <summary>The index of a random eligible candidate, by a full scan; -1 if there is none.</summary>
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

    /// <summary>Surplus and deficit of a column are counted in units of 1/n of a weight, so that the table is exact.</summary>
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
            // While a column has a deficit another has a surplus: the total equals the sum of all columns.
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

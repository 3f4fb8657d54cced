namespace Carousel.Tests.Ring.Interleavings;

/// <summary>The choices of one run; replayed up to the last one that had another option left, they give the next run (depth first).</summary>
internal sealed class Trail
{
    private readonly List<(int Chosen, int Options)> _choices = [];
    private int _position;

    /// <summary>Chooses one of so many options: 0 where the run is new.</summary>
    public int Choose(int options)
    {
        if (_position == _choices.Count)
        {
            _choices.Add((0, options));
        }
        (int chosen, int known) = _choices[_position++];
        return known == options ? chosen : throw new InvalidOperationException("the scenario is not deterministic");
    }

    /// <summary>Goes back to the start, for the next run. False if there is none.</summary>
    public bool Advance()
    {
        _position = 0;
        while (_choices.Count > 0)
        {
            (int chosen, int options) = _choices[^1];
            _choices.RemoveAt(_choices.Count - 1);
            if (chosen + 1 < options)
            {
                _choices.Add((chosen + 1, options));
                return true;
            }
        }
        return false;
    }
}

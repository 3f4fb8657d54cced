namespace Carousel.Tests.Ring.Interleavings;

/// <summary>The choices of one run. Replaying them up to the last one with an untried option gives the next run (depth first).</summary>
internal sealed class Trail
{
    private readonly List<(int Chosen, int Options)> _choices = [];
    private int _position;

    /// <summary>Chooses one of <paramref name="options"/> options: 0 in new territory.</summary>
    public int Choose(int options)
    {
        if (_position == _choices.Count)
        {
            _choices.Add((0, options));
        }
        (int chosen, int known) = _choices[_position++];
        return known == options ? chosen : throw new InvalidOperationException("the scenario is not deterministic");
    }

    /// <summary>Rewinds to the start for the next run. False if there is none.</summary>
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

namespace Carousel.Core.Health;

/// <summary>
/// The state of a <see cref="CircuitBreaker"/>, in one word, so that it changes as a whole. A request notes it when it is taken on: what becomes of the request
/// is news only as long as the breaker is still in that epoch. So connections of before an ejection say nothing about the server after it.
/// </summary>
internal readonly record struct CircuitEpoch(long Word)
{
    // From the lowest bit: 2 of state, 5 of level, 13 of turns, the rest milliseconds.
    private const int LevelAt = 2, SequenceAt = 7, TimeAt = 20;
    private const int LevelMask = 0x1f, SequenceMask = 0x1fff;

    /// <summary>The state.</summary>
    public CircuitState State => (CircuitState)(Word & 3);

    /// <summary>How often it was ejected without a good while between.</summary>
    public int Level => (int)(Word >> LevelAt) & LevelMask;

    /// <summary>Closed: since when. Else: the next trial is due then.</summary>
    public long TimeMs => Word >> TimeAt;

    /// <summary>The mark that follows this one; never the same word, however soon it comes.</summary>
    public CircuitEpoch Next(CircuitState state, int level, long timeMs)
    {
        if (!state.MayFollow(State))
        {
            CircuitStates.Refuse(State, state);
        }
        long sequence = ((Word >> SequenceAt) + 1) & SequenceMask;
        return new CircuitEpoch((timeMs << TimeAt) | (sequence << SequenceAt) | ((long)Math.Min(level, LevelMask) << LevelAt) | (long)state);
    }
}

namespace Carousel.Core.Health;

/// <summary>
/// The state of a <see cref="CircuitBreaker"/> in one word, so that it changes atomically. A request notes it when it is admitted, and its result
/// counts only if the breaker is still in that epoch. So results from before an ejection are ignored after it.
/// </summary>
internal readonly record struct CircuitEpoch(long Word)
{
    // From the lowest bit: 2 bits state, 5 level, 13 sequence, the rest milliseconds.
    private const int LevelAt = 2, SequenceAt = 7, TimeAt = 20;
    private const int LevelMask = 0x1f, SequenceMask = 0x1fff;

    /// <summary>The state.</summary>
    public CircuitState State => (CircuitState)(Word & 3);

    /// <summary>Number of ejections in a row, without <see cref="CircuitBreaker.ForgetAfterMs"/> between them.</summary>
    public int Level => (int)(Word >> LevelAt) & LevelMask;

    /// <summary>Closed: since when. Otherwise: when the next trial is due.</summary>
    public long TimeMs => Word >> TimeAt;

    /// <summary>The next epoch; the sequence number makes it differ from this one even at the same time.</summary>
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

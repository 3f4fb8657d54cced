using Carousel.Core.Telemetry;

namespace Carousel;

/// <summary>Finds out whether the workers turn: knocks at each, and looks the next time whether all have answered. One thread at a time.</summary>
/// <param name="workers">Their counters.</param>
/// <param name="knock">Makes every worker turn once, even one that has nothing to do.</param>
internal sealed class WorkerPulse(IReadOnlyList<WorkerCounters> workers, Action knock)
{
    private readonly long[] _turns = [.. workers.Select(_ => -1L)];

    /// <summary>False if a worker has not turned since the last call, although it was knocked at then.</summary>
    public bool Beats()
    {
        bool all = true;
        for (int i = 0; i < _turns.Length; i++)
        {
            long now = Volatile.Read(ref workers[i].Turns);
            all &= now != _turns[i];
            _turns[i] = now;
        }
        knock();
        return all;
    }
}

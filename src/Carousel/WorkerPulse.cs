using Carousel.Core.Telemetry;

namespace Carousel;

/// <summary>Finds out whether the workers turn: knocks at each, and looks the next time whether all have answered. One thread at a time.</summary>
/// <param name="workers">Their counters.</param>
/// <param name="ping">Makes every worker turn once, even one that has nothing to do.</param>
internal sealed class WorkerPulse(IReadOnlyList<WorkerCounters> workers, Action ping)
{
    private readonly long[] _ticks = [.. workers.Select(_ => -1L)];

    /// <summary>False if a worker has not turned since the last call, although it was knocked at then.</summary>
    public bool Beats()
    {
        bool all = true;
        for (int i = 0; i < _ticks.Length; i++)
        {
            long now = Volatile.Read(ref workers[i].Ticks);
            all &= now != _ticks[i];
            _ticks[i] = now;
        }
        ping();
        return all;
    }
}

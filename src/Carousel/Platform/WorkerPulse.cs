using Carousel.Core.Telemetry;

namespace Carousel.Platform;

/// <summary>Checks whether the workers run: pings each, and checks on the next call whether all have ticked since. One thread at a time.</summary>
/// <param name="workers">Their counters.</param>
/// <param name="ping">Wakes every worker for one tick, even an idle one.</param>
internal sealed class WorkerPulse(IReadOnlyList<WorkerCounters> workers, Action ping)
{
    private readonly long[] _ticks = [.. workers.Select(_ => -1L)];

    /// <summary>False if a worker has not ticked since the last call, which pinged it.</summary>
    public bool AllTicked()
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

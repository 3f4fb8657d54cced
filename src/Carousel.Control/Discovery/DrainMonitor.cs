using Carousel.Control.Supervision;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;

namespace Carousel.Control.Discovery;

/// <summary>
/// Removes draining servers from the pool: each when its drain timeout expires or, without sticky sessions, as soon as it has no request in flight.
/// </summary>
/// <param name="membership">The pool; removed servers are reported to it.</param>
/// <param name="isSticky">Sessions are bound to servers. Whether the last one has ended is unknown, so a server drains for the full timeout.</param>
/// <param name="atMost">The drain timeout.</param>
/// <param name="time">Clock for all delays.</param>
/// <param name="report">Receives each removal; called on pool threads.</param>
public sealed class DrainMonitor(PoolMembership membership, bool isSticky, TimeSpan atMost, TimeProvider time, ReportServer report)
    : PoolFollower(membership.Pool)
{
    /// <summary>
    /// Interval between checks of a server. It must be idle in two consecutive checks: a worker may be about to send it a request that was assigned just
    /// before, which never takes this long.
    /// </summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    /// <summary>When each server began to drain, by the monitor's clock.</summary>
    private readonly Dictionary<Server, long> _watched = [];
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Starts watching; call once.</summary>
    public void Start() => Follow();

    /// <summary>Stops: no server is removed any more.</summary>
    public override void Dispose()
    {
        base.Dispose();
        _stop.Cancel();
    }

    /// <summary>Remaining drain time of a server; null if it is not being removed. Any thread.</summary>
    public TimeSpan? TimeLeft(Server server)
    {
        lock (_gate)
        {
            return _watched.TryGetValue(server, out long began) ? atMost - time.GetElapsedTime(began) : null;
        }
    }

    /// <inheritdoc/>
    protected override void OnUpdate(PoolUpdate update)
    {
        lock (_gate)
        {
            foreach (Server server in update.Added.Concat(update.Changed).Where(server => update.After[server].IsLeaving && _watched.TryAdd(server, time.GetTimestamp())))
            {
                _ = Supervisor.OfProcess.Run("drains", () => WatchAsync(server), time, _stop.Token);
            }
        }
    }

    private async Task WatchAsync(Server server)
    {
        bool wasIdle = false;
        try
        {
            while (IsLeaving(server) && TimeLeft(server) is { } left)
            {
                bool isIdle = !isSticky && server.Load.InFlight == 0 && !Pool.Current.TakesNewTraffic(server);
                if (left <= TimeSpan.Zero || (isIdle && wasIdle))
                {
                    Forget(server);
                    continue;
                }
                wasIdle = isIdle;
                await Task.Delay(left < Pause ? left : Pause, time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    /// <summary>False, and no longer watched, once the server was removed or is active again.</summary>
    private bool IsLeaving(Server server)
    {
        lock (_gate)
        {
            bool isLeaving = Pool.Current[server].IsLeaving;
            if (!isLeaving)
            {
                _watched.Remove(server);
            }
            return isLeaving;
        }
    }

    private void Forget(Server server)
    {
        int cut = server.Load.InFlight;
        if (membership.Forget(server))
        {
            report(server, cut == 0 ? EventLevel.Info : EventLevel.Warning, $"removed{(cut == 0 ? "" : cut == 1 ? ": 1 request in flight was cut" : $": {cut} requests in flight were cut")}");
        }
    }
}

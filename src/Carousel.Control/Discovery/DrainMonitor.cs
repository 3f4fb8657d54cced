using Carousel.Control.Supervision;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Discovery;

/// <summary>
/// Sees servers off that are leaving: each is forgotten when its time is over, or, where no visitor belongs to it, as soon as it has nothing in flight.
/// </summary>
/// <param name="membership">Whose servers; told who is gone.</param>
/// <param name="isSticky">Visitors come back to their server: it is not known when the last has been there, so it stays for all of its time.</param>
/// <param name="atMost">How long a server may be leaving.</param>
/// <param name="time">The clock that the waits go by.</param>
/// <param name="report">Told of each that is gone; called from pool threads.</param>
public sealed class DrainMonitor(PoolMembership membership, bool isSticky, TimeSpan atMost, TimeProvider time, ReportServer report) : IDisposable
{
    /// <summary>
    /// Between two looks at a server. It must be seen without a request twice in a row: a worker may be about to send it one that it picked it for just
    /// before, and no worker takes this long from the one to the other.
    /// </summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    /// <summary>Since when each is leaving, by our clock.</summary>
    private readonly Dictionary<Server, long> _watched = [];
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Begins to watch, once.</summary>
    public void Start()
    {
        membership.Pool.Changed += Follow;
        Follow();
    }

    /// <summary>Nobody is forgotten any more.</summary>
    public void Dispose()
    {
        membership.Pool.Changed -= Follow;
        _stop.Cancel();
    }

    /// <summary>How long a server that is leaving may still take; null if it is not leaving. Any thread.</summary>
    public TimeSpan? TimeLeft(Server server)
    {
        lock (_gate)
        {
            return _watched.TryGetValue(server, out long began) ? atMost - time.GetElapsedTime(began) : null;
        }
    }

    private void Follow()
    {
        PoolSnapshot pool = membership.Pool.Current;
        lock (_gate)
        {
            foreach (Server server in pool.Servers.Where(server => pool[server].IsLeaving && _watched.TryAdd(server, time.GetTimestamp())))
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
                bool isIdle = !isSticky && server.Load.InFlight == 0 && !membership.Pool.Current.TakesNewTraffic(server);
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
            // The end.
        }
    }

    /// <summary>False, and it is no longer watched, once it is gone or stays after all.</summary>
    private bool IsLeaving(Server server)
    {
        lock (_gate)
        {
            bool isLeaving = membership.Pool.Current[server].IsLeaving;
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
            report(server, cut == 0 ? EventLevel.Info : EventLevel.Warning, $"is gone{(cut == 0 ? "" : cut == 1 ? ": 1 request is cut" : $": {cut} requests are cut")}");
        }
    }
}

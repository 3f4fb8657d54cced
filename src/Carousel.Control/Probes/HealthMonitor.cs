using System.Collections.Immutable;
using Carousel.Control.Supervision;
using Carousel.Core.Health;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Probes;

/// <summary>
/// Probes the servers of a pool, each on its own schedule (<see cref="ServerHealth"/>), and tells the verdicts to the pool. Who comes into the pool is
/// probed at once; what is known of a server stays for as long as the pool has it, those that are leaving included. One that owes answers for long is asked
/// at once: for its health where there is a path to ask, and its answer counts; else whether anybody is there (<see cref="SocketPing"/>), and no answer says
/// nothing: it may be busy. Docs/decisions/0021-slow-is-not-dead.md.
/// </summary>
/// <param name="membership">Takes the verdicts.</param>
/// <param name="options">How to probe.</param>
/// <param name="probe">Probes once; called from pool threads, concurrently.</param>
/// <param name="ping">Asks one that owes answers where there is no path; called from pool threads, concurrently.</param>
/// <param name="time">The clock that the waits go by, and the workers'.</param>
/// <param name="report">Told of each change; called from pool threads.</param>
public sealed class HealthMonitor(
    PoolMembership membership, HealthOptions options, ProbeServer probe, PingServer ping, TimeProvider time, ReportServer report)
    : IDisposable
{
    /// <summary>How long a start waits for a server that is up.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromMilliseconds(250);

    /// <summary>So many probes at once of servers that are up or new.</summary>
    internal const int MaxAtOnce = 64;

    /// <summary>So many at once of those that are down: places of their own, so that a rack that is gone delays no probe of the others.</summary>
    internal const int MaxOfDownAtOnce = 32;

    private readonly SemaphoreSlim _places = new(MaxAtOnce);
    private readonly SemaphoreSlim _placesOfDown = new(MaxOfDownAtOnce);
    private readonly Lock _gate = new();
    private readonly Dictionary<Server, ProbedServer> _watched = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<Server> _followed;

    /// <summary>Begins to probe. The task ends when the first server is up, or <see cref="StartLimit"/> is over; probing goes on.</summary>
    public async Task StartAsync()
    {
        membership.Pool.Changed += Follow;
        Follow();
        try
        {
            await _firstUp.Task.WaitAsync(StartLimit, time, _stop.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // No server is up yet: that is for requests to find out.
        }
    }

    /// <summary>There is reason to doubt that this server is alive: it is asked at once. Does nothing if it isn't probed. Any thread.</summary>
    public void RequestProbe(Server server)
    {
        lock (_gate)
        {
            if (_watched.TryGetValue(server, out ProbedServer? probed))
            {
                probed.RequestProbe();
            }
        }
    }

    /// <summary>Ends all probes. The last verdicts stay.</summary>
    public void Dispose()
    {
        membership.Pool.Changed -= Follow;
        _stop.Cancel();
    }

    /// <summary>Begins to probe who has come into the pool since; who has left it is let go of by itself. Any thread.</summary>
    private void Follow()
    {
        lock (_gate)
        {
            PoolSnapshot now = membership.Pool.Current;
            foreach (ProbedServer watched in _watched.Values)
            {
                // One whose name leads elsewhere is probed at once.
                watched.See(now.EndPoints(watched.Server));
            }
            ImmutableArray<Server> servers = now.Servers;
            if (servers == _followed)
            {
                return;
            }
            _followed = servers;
            foreach (Server server in servers.Where(server => !_watched.ContainsKey(server)))
            {
                ProbedServer probed = _watched[server] = new ProbedServer(server, now.EndPoints(server));
                _ = Supervisor.OfProcess.Run("probes", () => WatchAsync(probed), time, _stop.Token);
            }
        }
    }

    private async Task WatchAsync(ProbedServer server)
    {
        var health = new ServerHealth(options);
        try
        {
            while (IsThere(server.Server))
            {
                TimeSpan wait = await StepAsync(server, health).ConfigureAwait(false);
                await server.WaitAsync(wait, time, _stop.Token).ConfigureAwait(false);
                if (options.Path is null && health.IsSurelyUp && server.Server.Load.IsSilent(NowMs) && MayTry(server))
                {
                    await PingAsync(server).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    /// <summary>False, and it is no longer watched, if it has left: coming back, it is a new one.</summary>
    private bool IsThere(Server server)
    {
        lock (_gate)
        {
            bool isThere = ReferenceEquals(membership.Pool.Current.Find(server.Tag), server);
            if (!isThere)
            {
                _watched.Remove(server);
            }
            return isThere;
        }
    }

    /// <summary>
    /// Asks a server whether anybody is there, until it answers or a request's answer comes: no request need find out. While that goes on it is not probed: it
    /// is connected.
    /// </summary>
    private async Task PingAsync(ProbedServer probed)
    {
        Server server = probed.Server;
        bool responded = false;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        server.Load.Pinging(NowMs);
        try
        {
            Task<bool> asking = ping(server, membership.Pool.Current.EndPoints(server), over.Token);
            while (!asking.IsCompleted && server.Load.IsSuspect(NowMs) && IsThere(server))
            {
                await Task.WhenAny(asking, Task.Delay(HealthOptions.FirstBackoff, time, over.Token)).ConfigureAwait(false);
                _stop.Token.ThrowIfCancellationRequested();
            }
            await over.CancelAsync().ConfigureAwait(false);
            responded = await asking.ConfigureAwait(false);
        }
        catch (Exception) when (!_stop.IsCancellationRequested)
        {
            // It was not needed any more. Whatever else a ping throws must not end the loop that runs it.
        }
        finally
        {
            server.Load.EndPing();
        }
        if (responded)
        {
            WentWell(probed, responded);
        }
    }

    /// <summary>What a good probe says beside the verdict: of a server that is ejected or suspect.</summary>
    private void WentWell(ProbedServer probed, bool responded)
    {
        if (responded && MayTry(probed) && probed.Server.Load.TryAgain(NowMs))
        {
            probed.TriedMs = NowMs;
        }
        if (membership.ProbeWentWell(probed.Server, responded))
        {
            report(probed.Server, EventLevel.Good, "is back: a probe went well");
        }
    }

    /// <summary>
    /// False just after a request was let through to a suspect: where the answers of probes come at once and those of requests never, that must not cost a
    /// request each time.
    /// </summary>
    private bool MayTry(ProbedServer probed) => NowMs - probed.TriedMs >= options.Interval.TotalMilliseconds;

    private long NowMs => (long)time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>Probes once; returns how long to wait for the next time.</summary>
    private async Task<TimeSpan> StepAsync(ProbedServer probed, ServerHealth health)
    {
        Server server = probed.Server;
        SemaphoreSlim places = health.State == HealthState.Down ? _placesOfDown : _places;
        await places.WaitAsync(_stop.Token).ConfigureAwait(false);
        ProbeResult? result;
        long began = time.GetTimestamp();
        try
        {
            // The addresses of this moment: a name may have moved while we waited.
            PoolSnapshot pool = membership.Pool.Current;
            result = await probe(server, pool.EndPoints(server), _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever else a probe throws must not end the loop that runs it: the server would never be probed again.
            result = new ProbeResult(e.GetType().Name);
        }
        finally
        {
            places.Release();
        }
        if (result is null)
        {
            // Its name does not resolve, or we are out of descriptors: no news of the server.
            return HealthOptions.FirstBackoff;
        }
        server.LastProbe = ProbeReport.After(server.LastProbe, time.GetUtcNow(), time.GetElapsedTime(began), result.Value, ProbeText.Of(result.Value, options));
        if (!result.Value.IsGood)
        {
            server.NoteUnreachable();
        }
        HealthStep step = health.Take(result.Value, time.GetElapsedTime(0), Random.Shared.NextDouble());
        if (health.State != HealthState.Probing)
        {
            membership.SetHealth(server.Tag, health.State == HealthState.Up);
        }
        if (health.State == HealthState.Up && result.Value.IsGood)
        {
            _firstUp.TrySetResult();
            WentWell(probed, responded: options.Path is not null);
        }
        if (step.News is not null)
        {
            report(server, health.State == HealthState.Down ? EventLevel.Warning : EventLevel.Good, step.News);
        }
        return step.Wait;
    }
}

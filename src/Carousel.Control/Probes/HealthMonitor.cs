using System.Collections.Immutable;
using Carousel.Control.Supervision;
using Carousel.Core.Events;
using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Servers;

namespace Carousel.Control.Probes;

/// <summary>
/// Probes the servers of a pool, each on its own schedule (<see cref="ServerHealth"/>), and reports the verdicts to the pool. A server that joins the
/// pool is probed immediately; its health is tracked for as long as it is in the pool, draining included. A server whose responses are overdue is
/// checked immediately: with a health path by a probe, whose result counts; otherwise by a <see cref="SocketPing"/>, where a missing response proves
/// nothing, since the server may be busy. Docs/decisions/0021-slow-is-not-dead.md.
/// </summary>
/// <param name="membership">Receives the verdicts.</param>
/// <param name="options">How to probe.</param>
/// <param name="probe">Probes once; called on pool threads, concurrently.</param>
/// <param name="ping">Pings a suspect server if there is no health path; called on pool threads, concurrently.</param>
/// <param name="time">Clock for all delays, the same as the workers'.</param>
/// <param name="report">Receives each change; called on pool threads.</param>
public sealed class HealthMonitor(
    PoolMembership membership, HealthOptions options, ProbeServer probe, PingServer ping, TimeProvider time, ReportServer report)
    : PoolFollower(membership.Pool)
{
    /// <summary>How long startup waits for a server that is up.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromMilliseconds(250);

    /// <summary>Maximum number of concurrent probes of servers that are up or new.</summary>
    internal const int MaxAtOnce = 64;

    /// <summary>The same for servers that are down: a separate limit, so that a failed rack does not delay the probes of other servers.</summary>
    internal const int MaxOfDownAtOnce = 32;

    private readonly SemaphoreSlim _places = new(MaxAtOnce);
    private readonly SemaphoreSlim _placesOfDown = new(MaxOfDownAtOnce);
    private readonly Lock _gate = new();
    private readonly Dictionary<Server, ProbedServer> _watched = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts probing. The task completes when the first server is up, or after <see cref="StartLimit"/>; probing continues.</summary>
    public async Task StartAsync()
    {
        Follow();
        try
        {
            await _firstUp.Task.WaitAsync(StartLimit, time, _stop.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // No server is up yet: requests are accepted anyway.
        }
    }

    /// <summary>The server is suspect: probes it immediately. Does nothing if it isn't probed. Any thread.</summary>
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

    /// <summary>Stops all probes. The last verdicts stay.</summary>
    public override void Dispose()
    {
        base.Dispose();
        _stop.Cancel();
    }

    /// <summary>Starts to probe servers that joined the pool; loops of removed servers end by themselves. A server with a new address is probed immediately.</summary>
    protected override void OnUpdate(PoolUpdate update)
    {
        lock (_gate)
        {
            foreach (Server server in update.Changed)
            {
                _watched.GetValueOrDefault(server)?.See(update.After.EndPoints(server));
            }
            foreach (Server server in update.Added)
            {
                ProbedServer probed = _watched[server] = new ProbedServer(server, update.After.EndPoints(server));
                _ = Supervisor.OfProcess.Run("probes", () => WatchAsync(probed), time, _stop.Token);
            }
        }
    }

    private async Task WatchAsync(ProbedServer server)
    {
        var health = new ServerHealth(options);
        try
        {
            while (IsInPool(server.Server))
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
            // Stopped.
        }
    }

    /// <summary>False, and no longer watched, if the server was removed; added again, it is a new server.</summary>
    private bool IsInPool(Server server)
    {
        lock (_gate)
        {
            bool isInPool = ReferenceEquals(Pool.Current.Find(server.Tag), server);
            if (!isInPool)
            {
                _watched.Remove(server);
            }
            return isInPool;
        }
    }

    /// <summary>
    /// Pings a server until it responds or a response to a request arrives, so that no request has to find out. It is not probed meanwhile: the ping holds a
    /// connection to it.
    /// </summary>
    private async Task PingAsync(ProbedServer probed)
    {
        Server server = probed.Server;
        bool responded = false;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        server.Load.Pinging(NowMs);
        try
        {
            Task<bool> pinging = ping(server, Pool.Current.EndPoints(server), over.Token);
            while (!pinging.IsCompleted && server.Load.IsSuspect(NowMs) && IsInPool(server))
            {
                await Task.WhenAny(pinging, Task.Delay(HealthOptions.FirstBackoff, time, over.Token)).ConfigureAwait(false);
                _stop.Token.ThrowIfCancellationRequested();
            }
            await over.CancelAsync().ConfigureAwait(false);
            responded = await pinging.ConfigureAwait(false);
        }
        catch (Exception) when (!_stop.IsCancellationRequested)
        {
            // No longer needed. No other exception of a ping may end the probe loop.
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

    /// <summary>Effects of a good probe on a server that is ejected or suspect.</summary>
    private void WentWell(ProbedServer probed, bool responded)
    {
        if (responded && MayTry(probed) && probed.Server.Load.TryAgain(NowMs))
        {
            probed.TriedMs = NowMs;
        }
        if (membership.ProbeWentWell(probed.Server, responded))
        {
            report(probed.Server, EventLevel.Good, "is back: a probe succeeded");
        }
    }

    /// <summary>
    /// False shortly after a trial request was let through to a suspect server: if it responds to probes but never to requests, each probe must not
    /// cost a request.
    /// </summary>
    private bool MayTry(ProbedServer probed) => NowMs - probed.TriedMs >= options.Interval.TotalMilliseconds;

    private long NowMs => (long)time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>Probes once; returns the delay until the next probe.</summary>
    private async Task<TimeSpan> StepAsync(ProbedServer probed, ServerHealth health)
    {
        Server server = probed.Server;
        SemaphoreSlim places = health.State == HealthState.Down ? _placesOfDown : _places;
        await places.WaitAsync(_stop.Token).ConfigureAwait(false);
        ProbeResult? result;
        long began = time.GetTimestamp();
        try
        {
            // Read after the wait: the addresses may have changed.
            PoolSnapshot pool = Pool.Current;
            result = await probe(server, pool.EndPoints(server), _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // No other exception of a probe may end the probe loop: the server would never be probed again.
            result = new ProbeResult(e.GetType().Name);
        }
        finally
        {
            places.Release();
        }
        if (result is null)
        {
            // Its name does not resolve, or descriptors are exhausted: no evidence about the server.
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

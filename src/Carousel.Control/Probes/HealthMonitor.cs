using Carousel.Core.Health;
using Carousel.Core.Pool;

namespace Carousel.Control.Probes;

/// <summary>
/// Probes the servers of a pool, each on its own schedule (<see cref="ServerHealth"/>), and tells the verdicts to the pool. What is known of a server
/// goes by its id: it stays when the pool is built anew.
/// </summary>
/// <param name="membership">Takes the verdicts.</param>
/// <param name="options">How to probe.</param>
/// <param name="probe">Probes once; called from pool threads, concurrently.</param>
/// <param name="time">The clock that the waits go by.</param>
/// <param name="report">Takes a line for people about each change; called from pool threads.</param>
public sealed class HealthMonitor(PoolMembership membership, HealthOptions options, ProbeServer probe, TimeProvider time, Action<string> report)
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
    private readonly HashSet<string> _watched = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins to probe. The task ends when the first server is up, or <see cref="StartLimit"/> is over; probing goes on.</summary>
    public async Task StartAsync()
    {
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

    /// <summary>Begins to probe what has come into the pool since; what has left it is let go of by itself. Any thread.</summary>
    public void Follow()
    {
        foreach (Server server in membership.Pool.Current.Servers)
        {
            lock (_gate)
            {
                if (!_watched.Add(server.Id))
                {
                    continue;
                }
            }
            _ = Task.Run(() => WatchAsync(server.Id, server.Tag));
        }
    }

    /// <summary>Ends all probes. The last verdicts stay.</summary>
    public void Dispose() => _stop.Cancel();

    private async Task WatchAsync(string id, ulong tag)
    {
        var health = new ServerHealth(options);
        try
        {
            while (Find(id, tag) is { } server)
            {
                await Task.Delay(await StepAsync(server, health).ConfigureAwait(false), time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    /// <summary>The server as the pool has it now. Null, and it is no longer watched, if it has left: coming back, it is a new one.</summary>
    private Server? Find(string id, ulong tag)
    {
        lock (_gate)
        {
            Server? server = membership.Pool.Current.Find(tag);
            if (server is null)
            {
                _watched.Remove(id);
            }
            return server;
        }
    }

    /// <summary>Probes once; returns how long to wait for the next time.</summary>
    private async Task<TimeSpan> StepAsync(Server server, ServerHealth health)
    {
        SemaphoreSlim places = health.State == HealthState.Down ? _placesOfDown : _places;
        await places.WaitAsync(_stop.Token).ConfigureAwait(false);
        ProbeResult? result;
        try
        {
            // The addresses of this moment: a name may have moved while we waited.
            PoolSnapshot pool = membership.Pool.Current;
            result = pool.Find(server.Tag) is { } now ? await probe(now, pool.EndPoints(now), _stop.Token).ConfigureAwait(false) : null;
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
        HealthStep step = health.Take(result.Value, time.GetElapsedTime(0), Random.Shared.NextDouble());
        if (health.State != HealthState.Probing)
        {
            membership.SetHealth(server.Tag, health.State == HealthState.Up);
        }
        if (health.State == HealthState.Up)
        {
            _firstUp.TrySetResult();
        }
        if (step.News is not null)
        {
            report($"server {server.Entry.Label} {step.News}");
        }
        return step.Wait;
    }
}

using Carousel.Control.Store.Client;
using Carousel.Control.Store.Keys;
using Carousel.Control.Store.Records;
using Carousel.Control.Supervision;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Sessions;

namespace Carousel.Control.Store;

/// <summary>
/// The background side of sessions: finds the store, syncs the keys, writes the records, and reports the store's state. Workers never wait for it.
/// </summary>
public sealed class SessionStore : IAsyncDisposable
{
    /// <summary>How long <see cref="DisposeAsync"/> tries to write unsaved updates.</summary>
    public static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(2);

    /// <summary>Delay after a first event, so that others join its batch.</summary>
    private static readonly TimeSpan CollectTime = TimeSpan.FromMilliseconds(5);

    /// <summary>Interval of clock checks while no event arrives.</summary>
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Interval of searches while there is no store.</summary>
    private static readonly TimeSpan SearchPause = TimeSpan.FromSeconds(5);

    /// <summary>How long another process's local store may refuse connections before the embedded one is started: a restart should not take longer.</summary>
    private static readonly TimeSpan ReplaceAfter = TimeSpan.FromSeconds(3);

    private readonly SessionChannel _channel;
    private readonly Pool _pool;
    private readonly TimeProvider _time;
    private readonly ReportEvent _log;
    private readonly StoreFinder _finder;
    private readonly StoreStatus _status;
    private readonly SessionKeySync _keySync;
    private readonly SessionWriter _writer;
    private readonly LocalKeyHash _noStore = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstTry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Session? _session;
    private long? _refusedSince;
    private Task _running = Task.CompletedTask;

    /// <param name="address">The store.</param>
    /// <param name="channel">State shared with the workers. Its initial keys: <see cref="ProcessKeys"/>.</param>
    /// <param name="pool">Maps server tags to URLs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives a log line about each change of state; any thread.</param>
    /// <param name="startEmbedded">Null if there is no embedded store.</param>
    public SessionStore(
        StoreAddress address, SessionChannel channel, Pool pool, TimeProvider time, ReportEvent log, StartEmbeddedStore? startEmbedded)
    {
        (_channel, _pool, _time, _log) = (channel, pool, time, log);
        _finder = new StoreFinder(address, startEmbedded);
        _status = new StoreStatus(log, channel.Options.Mode);
        _keySync = new SessionKeySync(channel, time, log);
        _writer = new SessionWriter(channel, Counters, log);
    }

    /// <summary>State of the store. Any thread.</summary>
    public StoreState State => _status.State;

    /// <summary>Write counters. Any thread.</summary>
    public StoreCounters Counters { get; } = new();

    /// <summary>The initial keys: one of this process, until the store's keys are read.</summary>
    public static SessionKeys ProcessKeys(SessionOptions options, TimeProvider time) => SessionKeySync.ProcessKeys(options, time);

    /// <summary>Starts the background loop; call once. Returns immediately; failures are logged and retried.</summary>
    public void Start() => _running = Supervisor.OfProcess.Run("sessions", RunAsync, _time, _stop.Token);

    /// <summary>
    /// Waits until the store's keys are known or could not be read, but no longer than <paramref name="atMost"/>: other replicas do not accept
    /// cookies signed before that.
    /// </summary>
    public async Task FirstTryAsync(TimeSpan atMost)
    {
        try
        {
            await _firstTry.Task.WaitAsync(atMost, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Traffic does not wait for the store.
        }
    }

    /// <summary>
    /// Stops, after the workers have stopped: queued updates are written within <see cref="FlushLimit"/>, or dropped with one log line.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await _running.ConfigureAwait(false);
        }
        finally
        {
            await FlushAsync().ConfigureAwait(false);
            if (_session is not null)
            {
                await _session.Connection.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task RunAsync()
    {
        TimeSpan pause = FirstPause;
        bool isSecondTry = false;
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                if (_session is null && !await FindAsync().ConfigureAwait(false))
                {
                    continue;
                }
                StoreFailure? failure = await StepAsync(_session!).ConfigureAwait(false);
                _firstTry.TrySetResult();
                if (failure is null)
                {
                    _status.Connected(_session!.Target);
                    (_refusedSince, pause, isSecondTry) = (null, FirstPause, false);
                    await RestAsync().ConfigureAwait(false);
                }
                else if (failure.State == StoreState.Unreachable && State == StoreState.Connected && !isSecondTry)
                {
                    // Servers close idle connections and restart: not reported if a new connection works.
                    isSecondTry = true;
                    _keySync.MakeDue();
                    await _session!.Connection.CloseAsync().ConfigureAwait(false);
                }
                else
                {
                    await FailAsync(_session!, failure).ConfigureAwait(false);
                    await Task.Delay(pause, _time, _stop.Token).ConfigureAwait(false);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    /// <summary>Syncs the keys, if due, and writes one batch. Null if the store carried out everything.</summary>
    private async Task<StoreFailure?> StepAsync(Session session)
    {
        if (session.Connection.TakeFailing())
        {
            _keySync.MakeDue();
        }
        _keySync.RotateIfDue();
        try
        {
            if (_keySync.IsDue())
            {
                await session.Connection.FollowAsync().ConfigureAwait(false);
                await _keySync.SyncAsync(session.Store).ConfigureAwait(false);
            }
            return await _writer.WriteAsync(session.Store).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            return e.Failure;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // No other exception of the library may end the loop: sessions would have no store until the next restart.
            return new StoreFailure(StoreState.Unreachable, e.GetType().Name, $"{e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>Forces a key sync in the next step: it is cheap, and a restarted store may have lost the keys.</summary>
    private async Task FailAsync(Session session, StoreFailure failure)
    {
        _keySync.MakeDue();
        _status.Failed(session.Target, failure);
        if (failure.NeedsNewConnection)
        {
            await session.Connection.CloseAsync().ConfigureAwait(false);
        }
        _refusedSince = failure.IsRefused ? _refusedSince ?? _time.GetTimestamp() : null;
        if (session.Target.MayBeReplaced && _refusedSince is { } since && _time.GetElapsedTime(since) >= ReplaceAfter)
        {
            _refusedSince = null;
            if (await _finder.StartAsync(_stop.Token).ConfigureAwait(false) is { } own)
            {
                Use(own);
            }
        }
    }

    /// <summary>Waits until there is work.</summary>
    private async Task RestAsync()
    {
        if (_writer.HasWork && _writer.WasFull)
        {
            return;
        }
        if (!_channel.TrySleep() || await _channel.Arrived.WaitAsync(TickInterval, _stop.Token).ConfigureAwait(false))
        {
            await Task.Delay(CollectTime, _time, _stop.Token).ConfigureAwait(false);
        }
    }

    /// <summary>False if there is no store, after one search interval without it, in which keys rotate and events are dropped.</summary>
    private async Task<bool> FindAsync()
    {
        if (await _finder.FindAsync(_stop.Token).ConfigureAwait(false) is { } target)
        {
            Use(target);
            return true;
        }
        _status.None(_finder.Reason, _finder.IsNoneWanted);
        _firstTry.TrySetResult();
        for (TimeSpan waited = TimeSpan.Zero; waited < SearchPause; waited += TickInterval)
        {
            if (_keySync.IsDue())
            {
                await _keySync.SyncAsync(_noStore).ConfigureAwait(false);
            }
            _keySync.RotateIfDue();
            _writer.Abandon();
            await Task.Delay(TickInterval, _time, _stop.Token).ConfigureAwait(false);
        }
        return false;
    }

    private void Use(StoreTarget target)
    {
        var connection = new RedisConnection(target.Address);
        _session = new Session(target, connection, new RedisStore(connection, _pool, _channel.Options));
        _keySync.MakeDue();
    }

    private async Task FlushAsync()
    {
        long began = _time.GetTimestamp();
        TimeSpan Left() => FlushLimit - _time.GetElapsedTime(began);
        try
        {
            while (_session is not null && State != StoreState.Unreachable && _writer.HasWork && Left() > TimeSpan.Zero)
            {
                if (await _writer.WriteAsync(_session.Store).WaitAsync(Left(), _time).ConfigureAwait(false) is not null)
                {
                    await Task.Delay(FirstPause, _time).ConfigureAwait(false);
                }
            }
        }
        catch (TimeoutException)
        {
            // Dropped below.
        }
        int lost = _writer.Abandon();
        if (lost != 0 && _session is not null)
        {
            _log(EventLevel.Error, $"session store {_session.Target.Name}: {lost} session updates could not be written before shutdown");
        }
    }

    private sealed record Session(StoreTarget Target, RedisConnection Connection, RedisStore Store);
}

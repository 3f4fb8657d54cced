using Carousel.Control.Supervision;
using Carousel.Core.Config;
using Carousel.Core.Pool;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Store;

/// <summary>
/// The cold side of sessions: finds the store, keeps the keys, writes the records, and tells of the store's state. Workers never wait for any of it.
/// </summary>
public sealed class SessionStore : IAsyncDisposable
{
    /// <summary>How long <see cref="DisposeAsync"/> tries to write what is left.</summary>
    public static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(2);

    /// <summary>After a first event, for others to come along with it.</summary>
    private static readonly TimeSpan CollectTime = TimeSpan.FromMilliseconds(5);

    /// <summary>Between looks at the clock while nothing comes.</summary>
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Between searches while there is no store.</summary>
    private static readonly TimeSpan SearchPause = TimeSpan.FromSeconds(5);

    /// <summary>How long somebody else's store on this machine may be gone before we start our own: a restart should not take longer.</summary>
    private static readonly TimeSpan ReplaceAfter = TimeSpan.FromSeconds(3);

    private readonly SessionChannel _channel;
    private readonly ServerPool _pool;
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

    /// <param name="address">Which store.</param>
    /// <param name="channel">What is shared with the workers. Its keys to begin with: <see cref="ProcessKeys"/>.</param>
    /// <param name="pool">Where servers' tags become URLs.</param>
    /// <param name="time">The clock of the keys.</param>
    /// <param name="log">Takes a line for people about each change of state; any thread.</param>
    /// <param name="startEmbedded">Null if there is no embedded store.</param>
    public SessionStore(
        StoreAddress address, SessionChannel channel, ServerPool pool, TimeProvider time, ReportEvent log, StartEmbeddedStore? startEmbedded)
    {
        (_channel, _pool, _time, _log) = (channel, pool, time, log);
        _finder = new StoreFinder(address, startEmbedded);
        _status = new StoreStatus(log, channel.Options.Mode);
        _keySync = new SessionKeySync(channel, time, log);
        _writer = new SessionWriter(channel, Counters, log);
    }

    /// <summary>How the store is. Any thread.</summary>
    public StoreState State => _status.State;

    /// <summary>What was written. Any thread.</summary>
    public StoreCounters Counters { get; } = new();

    /// <summary>The keys to begin with: one of this process, until the store's are there.</summary>
    public static SessionKeys ProcessKeys(SessionOptions options, TimeProvider time) => SessionKeySync.ProcessKeys(options, time);

    /// <summary>Starts, once. Returns at once; what fails is told to the log and tried again.</summary>
    public void Start() => _running = Supervisor.OfProcess.Run("sessions", RunAsync, _time, _stop.Token);

    /// <summary>
    /// Waits until the store's keys are known or could not be had, but not longer than this: cookies that are signed before that mean nothing to other
    /// replicas.
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
    /// Ends it, after the workers have ended: what they left in the queues is written within <see cref="FlushLimit"/>, or given up with one line.
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
                    // Servers close idle connections, and restart: no news if a new connection does at once.
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
            // Told to end.
        }
    }

    /// <summary>One look at the keys, if it is time, and one batch. Null if the store did all that it was asked.</summary>
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
            // Whatever else a library throws must not end the loop: sessions would have no store until the next restart.
            return new StoreFailure(StoreState.Unreachable, e.GetType().Name, $"{e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>The next step begins with a look at the keys: small, and a store that comes back may have lost them.</summary>
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

    /// <summary>Until there is something to do.</summary>
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

    /// <summary>False if there is no store now, after a while of going on without: keys turn, events are let go.</summary>
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
            // Given up below.
        }
        int lost = _writer.Abandon();
        if (lost != 0 && _session is not null)
        {
            _log(EventLevel.Error, $"session store {_session.Target.Name}: {lost} updates of sessions could not be written before the end");
        }
    }

    private sealed record Session(StoreTarget Target, RedisConnection Connection, RedisStore Store);
}

using System.ComponentModel;
using System.Net;
using Carousel.Control.Supervision;
using Carousel.Core.Config;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Store;

/// <summary>
/// Runs <c>carousel-store</c> beside us: starts it, starts it again when it leaves, and takes it along when we leave. Where there is no executable,
/// or it can't start, whoever wants a store goes on without one.
/// </summary>
public sealed class EmbeddedStore : IAsyncDisposable
{
    /// <summary>More than the store gives itself for leaving in peace.</summary>
    internal static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(3);

    private readonly EmbeddedStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ReportEvent _log;
    private readonly string? _executable;
    private readonly LaunchStore _launch;
    private readonly StoreBackoff _backoff = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<bool> _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private volatile EmbeddedStoreState _state;
    private string? _lastFailure;
    private Task? _loop;

    /// <summary>Nothing is started yet.</summary>
    /// <param name="options">How it is to run.</param>
    /// <param name="time">What waits go by.</param>
    /// <param name="log">Takes a line for people about each change; called from threads of the pool.</param>
    public EmbeddedStore(EmbeddedStoreOptions options, TimeProvider time, ReportEvent log)
        : this(options, time, log, StoreExecutable.Find(AppContext.BaseDirectory, File.Exists), StoreProcess.Launch)
    {
    }

    internal EmbeddedStore(EmbeddedStoreOptions options, TimeProvider time, ReportEvent log, string? executable, LaunchStore launch) =>
        (_options, _time, _log, _executable, _launch) = (options, time, log, executable, launch);

    /// <summary>
    /// Told each new state, in their order; called from threads of the pool, and holds up the watch over the store. Must not throw.
    /// </summary>
    public event Action<EmbeddedStoreState>? Changed;

    /// <summary>What it is doing. Any thread.</summary>
    public EmbeddedStoreState State => _state;

    /// <summary>Where it takes connections while it runs (on ::1 too, where the machine has that).</summary>
    public IPEndPoint EndPoint => new(IPAddress.Loopback, _options.Port);

    /// <summary>
    /// Starts it; called again, waits only. The task ends with the first attempt: true if the store takes connections, false if it
    /// is missing or could not start (it is tried again in the background). Reading back kept data is part of it, and can take long.
    /// </summary>
    /// <param name="stopWaiting">Ends the wait with false; the attempt goes on.</param>
    /// <exception cref="ObjectDisposedException">It was disposed before.</exception>
    public async Task<bool> StartAsync(CancellationToken stopWaiting)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            _loop ??= Supervisor.OfProcess.Run("embedded store", RunAsync, _time, _stop.Token);
        }
        try
        {
            return await _firstAttempt.Task.WaitAsync(stopWaiting).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Takes the store down, gently at first; when this ends there is no process left.</summary>
    public async ValueTask DisposeAsync()
    {
        Task? loop;
        lock (_gate)
        {
            _stop.Cancel();
            loop = _loop;
        }
        if (loop is not null)
        {
            await loop.ConfigureAwait(false);
        }
    }

    private async Task RunAsync()
    {
        if (_executable is null)
        {
            Enter(EmbeddedStoreState.Missing, "there is no carousel-store beside carousel: sessions go on without a store");
            _firstAttempt.TrySetResult(false);
            return;
        }
        while (!_stop.IsCancellationRequested)
        {
            Enter(EmbeddedStoreState.Starting, null);
            (string what, StoreExit exit, TimeSpan lived) = await AttemptAsync(_executable).ConfigureAwait(false);
            _firstAttempt.TrySetResult(false);
            if (!_stop.IsCancellationRequested)
            {
                await WaitAsync($"session store {what}: {exit.Reason}", _backoff.After(lived)).ConfigureAwait(false);
            }
        }
        Enter(EmbeddedStoreState.Stopped, null);
    }

    /// <summary>One process from its start to its end: why it ended, and for how long it took connections.</summary>
    private async Task<(string What, StoreExit Exit, TimeSpan Lived)> AttemptAsync(string executable)
    {
        try
        {
            using IStoreProcess process = _launch(executable, _options);
            using CancellationTokenRegistration leaving = _stop.Token.UnsafeRegister(_ => process.Leave(), null);
            if (!await IsReadyAsync(process).ConfigureAwait(false))
            {
                return ("can't start", await ExitAsync(process).ConfigureAwait(false), TimeSpan.Zero);
            }
            long began = _time.GetTimestamp();
            EnterRunning();
            return ("left", await ExitAsync(process).ConfigureAwait(false), _time.GetElapsedTime(began));
        }
        catch (Win32Exception e)
        {
            return ("can't start", new StoreExit(0, $"{executable}: {e.Message}"), TimeSpan.Zero);
        }
    }

    private async Task<bool> IsReadyAsync(IStoreProcess process)
    {
        try
        {
            return await process.Ready.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Waits for the end of the process: for as long as that takes, but not long once it was asked to leave.</summary>
    private async Task<StoreExit> ExitAsync(IStoreProcess process)
    {
        try
        {
            return await process.Exit.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return await ShutDownAsync(process).ConfigureAwait(false);
        }
    }

    private async Task<StoreExit> ShutDownAsync(IStoreProcess process)
    {
        try
        {
            return await process.Exit.WaitAsync(ShutdownLimit, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            process.Kill();
            return await process.Exit.ConfigureAwait(false);
        }
    }

    private void EnterRunning()
    {
        _lastFailure = null;
        string kept = _options.DataDirectory is { } directory ? $"kept in {directory}"
            : $"in memory only{(_options.WhyInMemory.Length == 0 ? "" : $" ({_options.WhyInMemory})")}: sessions are lost when it ends";
        Enter(EmbeddedStoreState.Running, $"session store ready on {EndPoint}, {kept}");
        _firstAttempt.TrySetResult(true);
    }

    private async Task WaitAsync(string failure, TimeSpan wait)
    {
        // The same trouble again is no news.
        string? line = failure == _lastFailure ? null : $"{failure}; it is started again in {Durations.Format(wait)}";
        _lastFailure = failure;
        Enter(EmbeddedStoreState.Waiting, line);
        try
        {
            await Task.Delay(wait, _time, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Disposed meanwhile.
        }
    }

    private void Enter(EmbeddedStoreState state, string? line)
    {
        _state = state;
        if (line is not null)
        {
            _log(state == EmbeddedStoreState.Running ? EventLevel.Good : EventLevel.Warning, line);
        }
        Changed?.Invoke(state);
    }
}

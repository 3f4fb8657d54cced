using System.ComponentModel;
using System.Net;
using Carousel.Control.Supervision;
using Carousel.Core.Config;
using Carousel.Core.Events;

namespace Carousel.Control.Store.Embedded;

/// <summary>
/// Runs <c>carousel-store</c> as a child process: starts it, restarts it when it exits, and stops it on disposal. Without an executable,
/// or if it fails to start, the balancer runs without a store.
/// </summary>
public sealed class EmbeddedStore : IAsyncDisposable
{
    /// <summary>Longer than the store's own limit for a graceful exit.</summary>
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

    /// <summary>Starts nothing yet.</summary>
    /// <param name="options">The store's options.</param>
    /// <param name="time">Clock for all delays.</param>
    /// <param name="log">Receives a log line about each change; called on thread pool threads.</param>
    public EmbeddedStore(EmbeddedStoreOptions options, TimeProvider time, ReportEvent log)
        : this(options, time, log, StoreExecutable.Find(AppContext.BaseDirectory, File.Exists), StoreProcess.Launch)
    {
    }

    internal EmbeddedStore(EmbeddedStoreOptions options, TimeProvider time, ReportEvent log, string? executable, LaunchStore launch) =>
        (_options, _time, _log, _executable, _launch) = (options, time, log, executable, launch);

    /// <summary>
    /// Raised for each new state, in order, on thread pool threads. Handlers block the supervision of the store and must not throw.
    /// </summary>
    public event Action<EmbeddedStoreState>? Changed;

    /// <summary>The current state. Any thread.</summary>
    public EmbeddedStoreState State => _state;

    /// <summary>Where it accepts connections while it runs (also on ::1, if the machine has it).</summary>
    public IPEndPoint EndPoint => new(IPAddress.Loopback, _options.Port);

    /// <summary>
    /// Starts the store; further calls only wait. The task completes with the first attempt: true if the store accepts connections, false if it is
    /// missing or failed to start (the background loop retries). Loading persisted data is part of the attempt and can take long.
    /// </summary>
    /// <param name="stopWaiting">Ends the wait with false; the attempt continues.</param>
    /// <exception cref="ObjectDisposedException">Already disposed.</exception>
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

    /// <summary>Stops the store, gracefully at first. No process is left when this completes.</summary>
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
            Enter(EmbeddedStoreState.Missing, "no carousel-store executable found: sessions continue without a store");
            _firstAttempt.TrySetResult(false);
            return;
        }
        while (!_stop.IsCancellationRequested)
        {
            Enter(EmbeddedStoreState.Starting, null);
            (string what, StoreExit exit, TimeSpan uptime) = await AttemptAsync(_executable).ConfigureAwait(false);
            _firstAttempt.TrySetResult(false);
            if (!_stop.IsCancellationRequested)
            {
                await WaitAsync($"session store {what}: {exit.Reason}", _backoff.After(uptime)).ConfigureAwait(false);
            }
        }
        Enter(EmbeddedStoreState.Stopped, null);
    }

    /// <summary>Runs one process from start to exit: why it exited, and how long it accepted connections.</summary>
    private async Task<(string What, StoreExit Exit, TimeSpan Uptime)> AttemptAsync(string executable)
    {
        try
        {
            using IStoreProcess process = _launch(executable, _options);
            using CancellationTokenRegistration stopping = _stop.Token.UnsafeRegister(_ => process.Leave(), null);
            if (!await IsReadyAsync(process).ConfigureAwait(false))
            {
                return ("can't start", await ExitAsync(process).ConfigureAwait(false), TimeSpan.Zero);
            }
            long began = _time.GetTimestamp();
            EnterRunning();
            return ("exited", await ExitAsync(process).ConfigureAwait(false), _time.GetElapsedTime(began));
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

    /// <summary>Waits for the process to exit: without limit, but no longer than <see cref="ShutdownLimit"/> once it was asked to exit.</summary>
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
            : $"in memory only{(_options.WhyInMemory.Length == 0 ? "" : $" ({_options.WhyInMemory})")}: sessions are lost when it exits";
        Enter(EmbeddedStoreState.Running, $"session store ready on {EndPoint}, {kept}");
        _firstAttempt.TrySetResult(true);
    }

    private async Task WaitAsync(string failure, TimeSpan wait)
    {
        // A repeated failure is logged once.
        string? line = failure == _lastFailure ? null : $"{failure}; restarting in {Durations.Format(wait)}";
        _lastFailure = failure;
        Enter(EmbeddedStoreState.Waiting, line);
        try
        {
            await Task.Delay(wait, _time, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Disposed.
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

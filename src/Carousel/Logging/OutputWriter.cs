using Carousel.Control.Telemetry;

namespace Carousel.Logging;

/// <summary>
/// Writes lines to one output on its own thread: callers neither wait for the output nor see its errors. Lines that can't be written now (a pipe without a reader, a full
/// disk) wait in a <see cref="LineQueue"/>. Any thread.
/// </summary>
internal sealed class OutputWriter : IDisposable
{
    /// <summary>About a minute of failure lines during an outage; some hundred bytes each.</summary>
    public const int MaxLines = 4096, MaxBytes = 1 << 20;

    /// <summary>How long <see cref="Dispose"/> waits for remaining lines to be written.</summary>
    public static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(1);

    /// <summary>Pause after a failed write, and after a write that would block.</summary>
    public static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1), FullPause = TimeSpan.FromMilliseconds(20);

    private readonly WriteBytes _write;
    private readonly TimeSpan _retryPause;
    private readonly LineQueue _queue;
    private readonly object _gate = new();
    private readonly ManualResetEventSlim _closing = new();
    private readonly Thread _thread;
    private long _errors;

    /// <summary>Starts its thread.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="write">Called by that thread alone.</param>
    /// <param name="gap">See <see cref="LineQueue"/>.</param>
    /// <param name="retryPause">Null for <see cref="RetryPause"/>.</param>
    public OutputWriter(string name, WriteBytes write, Func<long, byte[]> gap, TimeSpan? retryPause = null)
    {
        (_write, _retryPause) = (write, retryPause ?? RetryPause);
        _queue = new LineQueue(MaxLines, MaxBytes, gap);
        // A background thread: a write that hangs must not keep the process alive.
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>How many lines were dropped.</summary>
    public long Dropped
    {
        get
        {
            lock (_gate)
            {
                return _queue.Dropped;
            }
        }
    }

    /// <summary>How many writes failed.</summary>
    public long Errors => Volatile.Read(ref _errors);

    /// <summary>Adds a line with its line feed. Never blocks, never throws.</summary>
    public void Write(byte[] line)
    {
        lock (_gate)
        {
            if (_queue.TryAdd(line))
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Waits until all lines are written, a write fails, or <see cref="FlushLimit"/> has passed. A second call does nothing.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closing.Set();
            Monitor.PulseAll(_gate);
        }
        _thread.Join(FlushLimit);
    }

    private void Run()
    {
        while (Next() is { } line)
        {
            int written = 0;
            while (written < line.Length)
            {
                // After Dispose, a failed write is not retried.
                bool isLast = _closing.IsSet;
                int taken = _write(line.AsSpan(written));
                if (taken > 0)
                {
                    written += taken;
                    continue;
                }
                if (taken != -StandardStreams.WouldBlock)
                {
                    Volatile.Write(ref _errors, _errors + 1);
                }
                if (isLast && taken != -StandardStreams.WouldBlock)
                {
                    return;
                }
                Pause(taken == -StandardStreams.WouldBlock ? FullPause : _retryPause);
            }
            lock (_gate)
            {
                _queue.Remove();
            }
        }
    }

    /// <summary>Waits for this time, less if Dispose is called meanwhile.</summary>
    private void Pause(TimeSpan pause)
    {
        if (_closing.IsSet)
        {
            Thread.Sleep(FullPause);
        }
        else
        {
            _closing.Wait(pause);
        }
    }

    /// <summary>Waits for the next line; null after Dispose, if there is none.</summary>
    private byte[]? Next()
    {
        lock (_gate)
        {
            while (true)
            {
                byte[]? line = _queue.Peek();
                if (line is not null || _closing.IsSet)
                {
                    return line;
                }
                Monitor.Wait(_gate);
            }
        }
    }
}

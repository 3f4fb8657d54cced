using System.Net.Sockets;
using Carousel.Control.Supervision;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Core.Telemetry;
using Microsoft.Win32.SafeHandles;

namespace Carousel.Control.Telemetry;

/// <summary>
/// Writes a line for every request from the workers' records, on its own thread so that a slow disk delays no request. Lines lost because the log
/// falls behind or can't be written are counted and logged.
/// </summary>
public sealed class AccessLog : IMetricSource, IDisposable
{
    /// <summary>Requirements on the records.</summary>
    public static readonly TrafficOptions Records = new() { RecordBytes = RecordFollower.RingBytes, MaxTarget = 8192, WithFields = true };

    /// <summary>Polling intervals under load and when idle.</summary>
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(5), LongPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Delay before a failed write is retried.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    /// <summary>Minimum interval between messages about lost lines.</summary>
    private static readonly TimeSpan ReportPause = TimeSpan.FromSeconds(10);

    /// <summary>A write that takes this long is reported as hung: the pipe has no reader, or the disk does not respond.</summary>
    internal static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(10);

    /// <summary>Time limit of the final flush, and how long it may go without writing a line.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5), EndContinueWait = TimeSpan.FromSeconds(1);

    /// <summary>Approximate size of a write.</summary>
    private const int WriteBytes = 64 * 1024;

    /// <summary>Maximum lines per pass; then reopening and stopping are checked.</summary>
    private const int PassLines = 4096;

    private static readonly Metric Lines = new("carousel_access_log_lines_total", MetricKind.Counter, "{line}", "Access log lines written");

    private static readonly Metric Lost = new("carousel_access_log_lost_total", MetricKind.Counter, "{line}",
        "Access log lines lost: requests arrived faster than they could be written (overrun), or writing failed (write)", "reason");

    private readonly LogFormat _format;
    private readonly LogTarget _target;
    private readonly TimeProvider _time;
    private readonly Action<string> _info, _error;
    private readonly RecordFollower _follower;
    private readonly WallClock _clock;
    private readonly ByteBuffer _text = new();
    private readonly LogEntry _entry;
    private readonly Lock _gate = new();
    private Thread? _thread;
    private ITimer? _hangTimer;
    /// <summary>Start of the current write; 0 if there is none. Negative once it was reported as hung.</summary>
    private long _writeBegan;
    private volatile bool _isToReopen, _isToEnd;
    private long _written, _overrun, _unwritten;
    private int _pending;
    private long? _failedAt;
    private long _unwrittenBefore, _overrunReported;
    private long? _overrunReportedAt;

    /// <param name="traffic">The source of the records, with the options <see cref="Records"/>.</param>
    /// <param name="pool">The source of server names.</param>
    /// <param name="format">The line format.</param>
    /// <param name="target">The destination; disposed with the log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="info">Logs a message.</param>
    /// <param name="error">Logs an error.</param>
    /// <param name="workersNow">The workers' clock, in microseconds; null for the real one.</param>
    internal AccessLog(Traffic traffic, Pool pool, LogFormat format, LogTarget target, TimeProvider time, Action<string> info, Action<string> error,
        Func<long>? workersNow = null)
    {
        (_format, _target, _time, _info, _error) = (format, target, time, info, error);
        _follower = new RecordFollower(traffic.Records);
        _clock = new WallClock(time, workersNow);
        _entry = new LogEntry(_follower.Copy, _text, new ServerNames(pool));
    }

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics => [Lines, Lost];

    /// <summary>Creates a log for this destination, which must not be <see cref="LogDestination.Off"/>. Does not open it yet.</summary>
    /// <param name="destination">The destination.</param>
    /// <param name="format">The line format.</param>
    /// <param name="traffic">The source of the records, with the options <see cref="Records"/>.</param>
    /// <param name="pool">The source of server names.</param>
    /// <param name="openFile">Opens a file for appending (other writers do not affect it); creates it if missing.</param>
    /// <param name="stdout">Writes to standard output.</param>
    /// <param name="info">Logs a message.</param>
    /// <param name="error">Logs an error.</param>
    public static AccessLog To(LogDestination destination, LogFormat format, Traffic traffic, Pool pool, Func<string, SafeFileHandle> openFile,
        WriteBytes stdout, Action<string> info, Action<string> error)
    {
        LogTarget target = destination switch
        {
            LogDestination.Stdout => new StdoutTarget(stdout),
            LogDestination.File file => new FileTarget(file.Path, openFile),
            LogDestination.LocalSyslog local => new SyslogTarget($"syslog {local.Path}", () => Connect(local), TimeProvider.System),
            LogDestination.RemoteSyslog remote => new SyslogTarget($"syslog {remote.Host}:{remote.Port}", () => Connect(remote), TimeProvider.System),
            _ => throw new ArgumentException("the access log is off", nameof(destination)),
        };
        return new AccessLog(traffic, pool, format, target, TimeProvider.System, info, error);
    }

    /// <summary>
    /// The error message with a hint if this destination can't be opened; else null. Syslog over UDP is not checked: its name may resolve later, and UDP
    /// does not report whether there is a receiver.
    /// </summary>
    /// <param name="destination">The destination.</param>
    /// <param name="openFile">See <see cref="To"/>.</param>
    public static string? Failure(LogDestination destination, Func<string, SafeFileHandle> openFile)
    {
        try
        {
            switch (destination)
            {
                case LogDestination.File file:
                    openFile(file.Path).Dispose();
                    break;
                case LogDestination.LocalSyslog local:
                    Connect(local).Dispose();
                    break;
            }
            return null;
        }
        catch (Exception e) when (LogTarget.IsOutputError(e))
        {
            return destination is LogDestination.File file
                ? $"{file.Path} can't be opened: {e.Message} (create its directory with write permission for this user, or use another file)"
                : $"syslog socket {((LogDestination.LocalSyslog)destination).Path} is unreachable: {e.Message} (is syslog running? use syslog:/SOCKET for another socket)";
        }
    }

    /// <summary>Starts the thread. Call once.</summary>
    public void Start()
    {
        _thread = Supervisor.OfProcess.StartThread("access log", Run);
        _hangTimer = Supervisor.OfProcess.StartTimer("access log", LogThatItHangs, _time, HangLimit, HangLimit);
    }

    /// <summary>Reopens the file before the next line, after log rotation. Any thread.</summary>
    public void Reopen() => _isToReopen = true;

    /// <inheritdoc/>
    public void Collect(IMetricSink sink)
    {
        sink.Begin(Lines);
        sink.Add(Volatile.Read(ref _written));
        sink.Begin(Lost);
        sink.Add(Volatile.Read(ref _overrun), "overrun");
        sink.Add(Volatile.Read(ref _unwritten), "write");
    }

    /// <summary>Writes the remaining lines and stops. Call after the workers have stopped.</summary>
    public void Dispose()
    {
        _isToEnd = true;
        _hangTimer?.Dispose();
        if (_thread is not null && !HasEnded(_thread))
        {
            // The thread hangs in a write: abandon it.
            return;
        }
        while (Pump())
        {
        }
        lock (_gate)
        {
            ReportOverrun(isLast: true);
            _target.Dispose();
            _text.Dispose();
        }
    }

    /// <summary>Writes lines for the available records; true if there may be more. Called in a loop by the log's thread.</summary>
    internal bool Pump()
    {
        lock (_gate)
        {
            if (_isToReopen)
            {
                _isToReopen = false;
                _failedAt = null;
                _target.Reopen();
            }
            _clock.Look();
            int lines = 0;
            while (lines < PassLines && _follower.TryRead())
            {
                _entry.UnixMicros = _clock.UnixMicros(_follower.Copy.Record.BeganMicros);
                _entry.Worker = _follower.Worker;
                _format.Write(_entry);
                _pending++;
                lines++;
                if (_target.TakesOne || _text.Length >= WriteBytes)
                {
                    Flush();
                }
            }
            Flush();
            Volatile.Write(ref _overrun, _overrun + _follower.TakeLost());
            ReportOverrun(isLast: false);
            return lines == PassLines;
        }
    }

    private static Socket Connect(LogDestination.LocalSyslog local)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        return Connected(socket, () => socket.Connect(new UnixDomainSocketEndPoint(local.Path)));
    }

    private static Socket Connect(LogDestination.RemoteSyslog remote)
    {
        var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
        return Connected(socket, () => socket.Connect(remote.Host, remote.Port));
    }

    private static Socket Connected(Socket socket, Action connect)
    {
        try
        {
            connect();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Run()
    {
        lock (_gate)
        {
            // After a failure: the buffered lines may be incomplete.
            Volatile.Write(ref _unwritten, _unwritten + _pending);
            _pending = 0;
            _text.Clear();
        }
        TimeSpan pause = ShortPause;
        while (!_isToEnd)
        {
            long before = _written + _unwritten;
            if (Pump())
            {
                continue;
            }
            pause = _written + _unwritten != before ? ShortPause : pause * 2 < LongPause ? pause * 2 : LongPause;
            Thread.Sleep(pause);
        }
    }

    private bool HasEnded(Thread thread)
    {
        long before;
        TimeSpan waited = TimeSpan.Zero;
        do
        {
            before = Volatile.Read(ref _written) + Volatile.Read(ref _unwritten);
            if (thread.Join(EndContinueWait))
            {
                return true;
            }
            waited += EndContinueWait;
        }
        while (waited < EndLimit && Volatile.Read(ref _written) + Volatile.Read(ref _unwritten) != before);
        return false;
    }

    private void Flush()
    {
        if (_pending == 0)
        {
            return;
        }
        if (_failedAt is not { } at || _time.GetElapsedTime(at) >= RetryPause)
        {
            Write();
        }
        else
        {
            Volatile.Write(ref _unwritten, _unwritten + _pending);
        }
        _pending = 0;
        _text.Clear();
    }

    private void Write()
    {
        try
        {
            Volatile.Write(ref _writeBegan, Math.Max(1, _time.GetTimestamp()));
            _target.Write(_text.Written);
            Volatile.Write(ref _written, _written + _pending);
            if (_failedAt is not null)
            {
                _info($"access log {_target.Name}: writing resumed; {_unwritten - _unwrittenBefore} lines were lost");
                _failedAt = null;
            }
        }
        catch (Exception e) when (LogTarget.IsOutputError(e))
        {
            if (_failedAt is null)
            {
                _unwrittenBefore = _unwritten;
                _error($"access log {_target.Name}: {e.Message}; lines are dropped until writing succeeds");
            }
            _failedAt = _time.GetTimestamp();
            Volatile.Write(ref _unwritten, _unwritten + _pending);
        }
        finally
        {
            if (Interlocked.Exchange(ref _writeBegan, 0) < 0)
            {
                _info($"access log {_target.Name}: the hung write completed");
            }
        }
    }

    /// <summary>Called once per <see cref="HangLimit"/>; reports each write once.</summary>
    private void LogThatItHangs()
    {
        long began = Volatile.Read(ref _writeBegan);
        if (began > 0 && _time.GetElapsedTime(began) >= HangLimit && Interlocked.CompareExchange(ref _writeBegan, -began, began) == began)
        {
            _error($"access log {_target.Name}: a write has hung for {Durations.Format(HangLimit)}; lines may be lost");
        }
    }

    private void ReportOverrun(bool isLast)
    {
        long lost = _overrun - _overrunReported;
        if (lost != 0 && (isLast || _overrunReportedAt is not { } at || _time.GetElapsedTime(at) >= ReportPause))
        {
            _error($"access log {_target.Name}: {lost} lines lost: requests arrived faster than they could be written");
            _overrunReported = _overrun;
            _overrunReportedAt = _time.GetTimestamp();
        }
    }
}

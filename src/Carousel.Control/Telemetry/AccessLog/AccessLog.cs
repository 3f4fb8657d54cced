using System.Net.Sockets;
using Carousel.Control.Supervision;
using Carousel.Core.Config;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;
using Microsoft.Win32.SafeHandles;

namespace Carousel.Control.Telemetry;

/// <summary>
/// Writes a line for every request, from the records that workers leave: on a thread of its own, so that nobody waits for a slow disk. What it can't keep up with,
/// or can't write, is counted and told.
/// </summary>
public sealed class AccessLog : IMetricSource, IDisposable
{
    /// <summary>What the records must have for it.</summary>
    public static readonly TrafficOptions Records = new() { RecordBytes = RecordFollower.RingBytes, MaxTarget = 8192, WithFields = true };

    /// <summary>Between two looks while there is much, and while there is nothing.</summary>
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(5), LongPause = TimeSpan.FromMilliseconds(50);

    /// <summary>After it could not be written to, before it is tried again.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    /// <summary>Between two lines that tell of losses.</summary>
    private static readonly TimeSpan ReportPause = TimeSpan.FromSeconds(10);

    /// <summary>A write that takes so long hangs: nobody reads, or the disk is in trouble.</summary>
    internal static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(10);

    /// <summary>How long the end may take, and how long of it may pass without a line that is written.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5), EndContinueWait = TimeSpan.FromSeconds(1);

    /// <summary>A write has about so much.</summary>
    private const int WriteBytes = 64 * 1024;

    /// <summary>Lines between two looks at what else there is to do.</summary>
    private const int PassLines = 4096;

    private static readonly Metric Lines = new("carousel_access_log_lines_total", MetricKind.Counter, "{line}", "Lines of the access log that were written");

    private static readonly Metric Lost = new("carousel_access_log_lost_total", MetricKind.Counter, "{line}",
        "Lines of the access log that are missing: requests came faster than they could be written (overrun), or it could not be written to (write)", "reason");

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
    /// <summary>When the write began that is under way; 0 if none is. Negated once it was said to hang.</summary>
    private long _writeBegan;
    private volatile bool _isToReopen, _isToEnd;
    private long _written, _overrun, _unwritten;
    private int _pending;
    private long? _failedAt;
    private long _unwrittenBefore, _overrunReported;
    private long? _overrunReportedAt;

    /// <param name="traffic">Whose records; made with <see cref="Records"/>.</param>
    /// <param name="pool">For the names of servers.</param>
    /// <param name="format">How lines are written.</param>
    /// <param name="target">Where to; is disposed of with the log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="info">Takes a line for people.</param>
    /// <param name="error">Takes a line about something that is wrong.</param>
    /// <param name="workersNow">The workers' clock, in microseconds; null for the real one.</param>
    internal AccessLog(Traffic traffic, ServerPool pool, LogFormat format, LogTarget target, TimeProvider time, Action<string> info, Action<string> error,
        Func<long>? workersNow = null)
    {
        (_format, _target, _time, _info, _error) = (format, target, time, info, error);
        _follower = new RecordFollower(traffic.Records);
        _clock = new WallClock(time, workersNow);
        _entry = new LogEntry(_follower.Copy, _text, new ServerNames(pool));
    }

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics => [Lines, Lost];

    /// <summary>A log to this destination, which is not <see cref="LogDestination.Off"/>. Opens nothing yet.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="format">How lines are written.</param>
    /// <param name="traffic">Whose records; made with <see cref="Records"/>.</param>
    /// <param name="pool">For the names of servers.</param>
    /// <param name="openFile">Opens a file for writing at its end, whatever others do to it; makes it if it is not there.</param>
    /// <param name="stdout">Writes to standard output.</param>
    /// <param name="info">Takes a line for people.</param>
    /// <param name="error">Takes a line about something that is wrong.</param>
    public static AccessLog To(LogDestination destination, LogFormat format, Traffic traffic, ServerPool pool, Func<string, SafeFileHandle> openFile,
        WriteBytes stdout, Action<string> info, Action<string> error)
    {
        LogTarget target = destination switch
        {
            LogDestination.Stdout => new StdoutTarget(stdout),
            LogDestination.File file => new FileTarget(file.Path, openFile),
            LogDestination.LocalSyslog local => new SyslogTarget($"syslog {local.Path}", () => Connect(local), TimeProvider.System),
            LogDestination.RemoteSyslog remote => new SyslogTarget($"syslog {remote.Host}:{remote.Port}", () => Connect(remote), TimeProvider.System),
            _ => throw new ArgumentException("there is no log to be written", nameof(destination)),
        };
        return new AccessLog(traffic, pool, format, target, TimeProvider.System, info, error);
    }

    /// <summary>
    /// Why this destination can't be opened, and what to do; null if it can. Syslog by UDP is not tried: its name may be known later, and whether anybody listens is never known.
    /// </summary>
    /// <param name="destination">Where to.</param>
    /// <param name="openFile">As of <see cref="To"/>.</param>
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
                ? $"{file.Path} can't be opened: {e.Message} (make its folder, and let this user write in it, or name another file)"
                : $"syslog can't be reached by {((LogDestination.LocalSyslog)destination).Path}: {e.Message} (is it running? syslog:/SOCKET names another socket)";
        }
    }

    /// <summary>Starts its thread, once.</summary>
    public void Start()
    {
        _thread = Supervisor.OfProcess.StartThread("access log", Run);
        _hangTimer = Supervisor.OfProcess.StartTimer("access log", LogThatItHangs, _time, HangLimit, HangLimit);
    }

    /// <summary>Opens the file anew, before the next line: the old one was moved away. Any thread.</summary>
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

    /// <summary>Writes what is left, after the workers have ended, and ends.</summary>
    public void Dispose()
    {
        _isToEnd = true;
        _hangTimer?.Dispose();
        if (_thread is not null && !HasEnded(_thread))
        {
            // It hangs in a write that will never end.
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

    /// <summary>Writes lines of what has come; true if there may be more at once. The log's thread calls it all the time.</summary>
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
            // After a failure: what was being put together is not whole.
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
                _info($"access log {_target.Name}: is written to again; {_unwritten - _unwrittenBefore} lines are missing");
                _failedAt = null;
            }
        }
        catch (Exception e) when (LogTarget.IsOutputError(e))
        {
            if (_failedAt is null)
            {
                _unwrittenBefore = _unwritten;
                _error($"access log {_target.Name}: {e.Message}; lines are dropped until it can be written to");
            }
            _failedAt = _time.GetTimestamp();
            Volatile.Write(ref _unwritten, _unwritten + _pending);
        }
        finally
        {
            if (Interlocked.Exchange(ref _writeBegan, 0) < 0)
            {
                _info($"access log {_target.Name}: the write that hung has ended");
            }
        }
    }

    /// <summary>Once for each write.</summary>
    private void LogThatItHangs()
    {
        long began = Volatile.Read(ref _writeBegan);
        if (began > 0 && _time.GetElapsedTime(began) >= HangLimit && Interlocked.CompareExchange(ref _writeBegan, -began, began) == began)
        {
            _error($"access log {_target.Name}: takes no lines: a write has not ended for {Durations.Format(HangLimit)}; lines will be missing");
        }
    }

    private void ReportOverrun(bool isLast)
    {
        long news = _overrun - _overrunReported;
        if (news != 0 && (isLast || _overrunReportedAt is not { } at || _time.GetElapsedTime(at) >= ReportPause))
        {
            _error($"access log {_target.Name}: {news} lines are missing: requests came faster than they could be written");
            _overrunReported = _overrun;
            _overrunReportedAt = _time.GetTimestamp();
        }
    }
}

using System.Collections.Immutable;
using Carousel.Control.Files;
using Carousel.Control.Supervision;
using Carousel.Core.Config;
using Carousel.Core.Pools;

namespace Carousel.Control.Discovery;

/// <summary>
/// Applies changes of servers.txt to the pool. A file with an error changes nothing: the last good list stays in use. The file is polled, checked earlier
/// after <see cref="Notice"/>, and immediately after <see cref="Reload"/>. Any thread; never blocks on the file: a <see cref="FileThread"/> accesses it,
/// and a hang is logged.
/// </summary>
public sealed class ServersFileWatcher : IDisposable
{
    /// <summary>A change causes a burst of notices; the file is checked after about this time.</summary>
    internal static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(20);

    /// <summary>Reading takes microseconds: a read that takes this long is hanging.</summary>
    internal static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);

    /// <summary>How long a change through the admin API waits for the file.</summary>
    private static readonly TimeSpan EditLimit = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly Func<ServersText> _read;
    private readonly ServersFileState _state;
    private readonly PoolMembership _membership;
    private readonly TimeProvider _time;
    private readonly long _created;
    private readonly Action<string> _report;
    private readonly Action<string> _reportError;
    private readonly ITimer _timer;
    private readonly ITimer _hangTimer;
    private readonly FileThread? _thread;
    private readonly Lock _gate = new();
    /// <summary>The last valid list of the file.</summary>
    private ImmutableArray<ServerEntry> _listed;
    private bool _watches;
    private bool _reloadRequested;
    private bool _noticed;
    private volatile string? _failure;
    /// <summary>A check is running; it was reported as hanging.</summary>
    private bool _looks, _hangs;

    /// <param name="path">The file's name in log lines.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="first">The content that the pool was built from.</param>
    /// <param name="membership">Receives the lists.</param>
    /// <param name="time">Clock for all delays.</param>
    /// <param name="report">Receives a log line about each change.</param>
    /// <param name="reportError">Receives a log line about each error in the file.</param>
    /// <param name="lastGood">The list that the pool was built from instead, if <paramref name="first"/> is invalid.</param>
    /// <param name="thread">Runs all file access and is disposed with this; null to run it on the caller's thread.</param>
    public ServersFileWatcher(string path, Func<ServersText> read, ServersText first, PoolMembership membership, TimeProvider time,
        Action<string> report, Action<string> reportError, ServersFile? lastGood = null, FileThread? thread = null)
    {
        (_path, _read, _membership, _time, _report, _reportError) = (path, read, membership, time, report, reportError);
        _created = time.GetTimestamp();
        _state = new ServersFileState(first);
        ServersFile file = first.Parse();
        _listed = (lastGood ?? file).Servers;
        _failure = file.ErrorLines(path).FirstOrDefault();
        _thread = thread;
        _timer = Supervisor.OfProcess.StartTimer("servers file", BeginLook, time, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _hangTimer = Supervisor.OfProcess.StartTimer("servers file", LogThatItHangs, time, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A requested <see cref="Reload"/> has completed, successfully or not.</summary>
    public event Action? Reloaded;

    /// <summary>A valid list was read and is now in use. Raised on a runtime pool thread, which it blocks.</summary>
    public event Action<ServersText>? Accepted;

    /// <summary>The error in the file, because of which the last good list is used; null if there is none. Any thread.</summary>
    public string? Failure => _failure;

    /// <summary>Starts polling. Before that, only <see cref="Reload"/> has an effect.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _watches = true;
            SetTimer_NeedsLock(TimeSpan.Zero);
        }
    }

    /// <summary>The file may have changed: schedules a check.</summary>
    public void Notice()
    {
        lock (_gate)
        {
            // Later notices do not postpone the check: in a busy directory they never end.
            if (_watches && !_noticed)
            {
                _noticed = true;
                SetTimer_NeedsLock(Burst);
            }
        }
    }

    /// <summary>Reads the file immediately and reports the result, even if nothing changed.</summary>
    public void Reload()
    {
        lock (_gate)
        {
            _reloadRequested = true;
            SetTimer_NeedsLock(TimeSpan.Zero);
        }
    }

    /// <summary>
    /// Changes the file and the pool immediately; no check runs meanwhile. Exceptions of both delegates are rethrown, and nothing was changed;
    /// <see cref="SaveException"/> if the file system hangs.
    /// </summary>
    /// <param name="edit">Returns the new, valid content for the current one.</param>
    /// <param name="write">Writes it.</param>
    public void Edit(Func<ServersText, string> edit, Action<string> write)
    {
        bool isAbandoned = false;
        Task<bool> done = RunAsync(() => !Volatile.Read(ref isAbandoned) && EditNow(edit, write));
        try
        {
            if (done.Wait(EditLimit))
            {
                return;
            }
        }
        catch (AggregateException)
        {
            done.GetAwaiter().GetResult();
        }
        Volatile.Write(ref isAbandoned, true);
        throw new SaveException($"{_path} is not accessible: its file system hangs; a write that has begun completes when it recovers");
    }

    private Task<bool> RunAsync(Func<bool> work) => _thread is null ? Task.FromResult(work()) : _thread.RunAsync(work);

    private bool EditNow(Func<ServersText, string> edit, Action<string> write)
    {
        ServersText found = _read();
        var next = new ServersText(edit(found));
        if (next != found)
        {
            write(next.Text!);
        }
        _state.Wrote(next);
        Act(next.Parse(), next);
        return true;
    }

    /// <summary>Stops polling.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        _hangTimer.Dispose();
        _thread?.Dispose();
    }

    /// <summary>Starts a check unless one is running; whatever is requested meanwhile is handled when that ends.</summary>
    private void BeginLook()
    {
        lock (_gate)
        {
            if (_looks)
            {
                return;
            }
            _looks = true;
            _hangTimer.Change(HangLimit, Timeout.InfiniteTimeSpan);
        }
        Task<bool> look = RunAsync(Look);
        if (look.IsFaulted)
        {
            // The file thread's queue is full.
            EndLook(ServersFileState.Poll);
        }
    }

    private bool Look()
    {
        TimeSpan wait = ServersFileState.Poll;
        try
        {
            bool reloadRequested;
            lock (_gate)
            {
                reloadRequested = _reloadRequested;
                _reloadRequested = _noticed = false;
            }
            ServersText found = _read();
            FileStep step = _state.Take(found, _time.GetElapsedTime(_created), reloadRequested);
            wait = step.Wait;
            if (step.News is { } changed)
            {
                Act(changed, found);
            }
            if (reloadRequested)
            {
                Reloaded?.Invoke();
            }
        }
        finally
        {
            EndLook(wait);
        }
        return true;
    }

    private void EndLook(TimeSpan wait)
    {
        bool hung;
        lock (_gate)
        {
            (hung, _hangs) = (_hangs, false);
            _hangTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        if (hung)
        {
            _report($"{_path} is readable again");
        }
        lock (_gate)
        {
            _looks = false;
            SetTimer_NeedsLock(_watches ? wait : Timeout.InfiniteTimeSpan);
        }
    }

    private void LogThatItHangs()
    {
        lock (_gate)
        {
            if (!_looks)
            {
                return;
            }
            _hangs = true;
        }
        _reportError($"{_path} has not been readable for {Durations.Format(HangLimit)}: reads hang (check its file system); the last good list stays in use");
    }

    private void Act(ServersFile file, ServersText text)
    {
        _failure = file.ErrorLines(_path).FirstOrDefault();
        if (file.IsValid)
        {
            _report($"{_path}: {_membership.Follow(_listed, file.Servers)}");
            _listed = file.Servers;
            Accepted?.Invoke(text);
            return;
        }
        foreach (string line in file.ErrorLines(_path))
        {
            _reportError(line);
        }
        _reportError($"{_path} can't be used: the last good list stays in use");
    }

    private void SetTimer_NeedsLock(TimeSpan wait)
    {
        TimeSpan soonest = _reloadRequested ? TimeSpan.Zero : _noticed ? Burst : wait;
        _timer.Change(soonest, Timeout.InfiniteTimeSpan);
    }
}

using System.Collections.Immutable;
using Carousel.Control.Files;
using Carousel.Control.Supervision;
using Carousel.Core.Config;
using Carousel.Core.Pool;

namespace Carousel.Control.Discovery;

/// <summary>
/// Makes changes of servers.txt changes of the pool. A file with an error changes nothing: the last good list stays. It looks again and again, sooner after
/// <see cref="Notice"/>, and at once after <see cref="Reload"/>. Any thread; never waits for the file: what touches it is done by a
/// <see cref="FileThread"/>, and if that hangs, a line says so.
/// </summary>
public sealed class ServersFileWatcher : IDisposable
{
    /// <summary>A change comes as a burst of notices, and is looked at once it is over, or nearly.</summary>
    internal static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(20);

    /// <summary>Reading takes microseconds: what takes so long hangs.</summary>
    internal static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);

    /// <summary>How long a change made at the admin side waits for the file.</summary>
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
    /// <summary>What the file last said that could be used.</summary>
    private ImmutableArray<ServerEntry> _listed;
    private bool _watches;
    private bool _asked;
    private bool _noticed;
    private volatile string? _failure;
    /// <summary>A look is under way, and if it is, whether it was said to hang.</summary>
    private bool _looks, _hangs;

    /// <param name="path">What lines for people call the file.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="first">What the pool was built from.</param>
    /// <param name="membership">Takes the lists.</param>
    /// <param name="time">The clock that the waits go by.</param>
    /// <param name="report">Takes a line for people about each change.</param>
    /// <param name="reportError">Takes each line about what is wrong with the file.</param>
    /// <param name="lastGood">What the pool was built from instead, if <paramref name="first"/> can't be used.</param>
    /// <param name="thread">Does what touches the file, and is disposed of with this; null for at once, by whoever asks.</param>
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

    /// <summary>What <see cref="Reload"/> asked for is done, whatever came of it.</summary>
    public event Action? Reloaded;

    /// <summary>A list that is good was read, and is in use now. On a thread of the runtime's pool, which is held up.</summary>
    public event Action<ServersText>? Accepted;

    /// <summary>What is wrong with the file, so that the last good list is used in its place; null if nothing is. Any thread.</summary>
    public string? Failure => _failure;

    /// <summary>Begins to look by itself. Without, only <see cref="Reload"/> does anything.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _watches = true;
            SetTimer_NeedsLock(TimeSpan.Zero);
        }
    }

    /// <summary>Something may have changed.</summary>
    public void Notice()
    {
        lock (_gate)
        {
            // Not put off by the next one: in a busy folder they never end.
            if (_watches && !_noticed)
            {
                _noticed = true;
                SetTimer_NeedsLock(Burst);
            }
        }
    }

    /// <summary>Reads the file at once, and says what came of it, even if that is nothing.</summary>
    public void Reload()
    {
        lock (_gate)
        {
            _asked = true;
            SetTimer_NeedsLock(TimeSpan.Zero);
        }
    }

    /// <summary>
    /// Changes the file, and the pool with it, at once; nobody looks meanwhile. What the two throw comes through, and nothing has changed; a <see cref="SaveException"/>
    /// if the file system hangs.
    /// </summary>
    /// <param name="edit">From what was found to a text that can be used.</param>
    /// <param name="write">Writes it.</param>
    public void Edit(Func<ServersText, string> edit, Action<string> write)
    {
        bool isGivenUp = false;
        Task<bool> done = RunAsync(() => !Volatile.Read(ref isGivenUp) && EditNow(edit, write));
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
        Volatile.Write(ref isGivenUp, true);
        throw new SaveException($"{_path} can't be reached: its file system hangs; if the change was begun it is made when that ends");
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

    /// <summary>Looks no more.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        _hangTimer.Dispose();
        _thread?.Dispose();
    }

    /// <summary>One look at a time: whatever comes meanwhile is seen to when it ends.</summary>
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
            // There was no room for it.
            EndLook(ServersFileState.Poll);
        }
    }

    private bool Look()
    {
        TimeSpan wait = ServersFileState.Poll;
        try
        {
            bool asked;
            lock (_gate)
            {
                asked = _asked;
                _asked = _noticed = false;
            }
            ServersText found = _read();
            FileStep step = _state.Take(found, _time.GetElapsedTime(_created), asked);
            wait = step.Wait;
            if (step.News is { } news)
            {
                Act(news, found);
            }
            if (asked)
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
            _report($"{_path} can be read again");
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
        _reportError($"{_path} has not been readable for {Durations.Format(HangLimit)}: reading hangs (is its file system there?); the last good list stays");
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
        _reportError($"{_path} can't be used as it is: the last good list stays");
    }

    private void SetTimer_NeedsLock(TimeSpan wait)
    {
        TimeSpan soonest = _asked ? TimeSpan.Zero : _noticed ? Burst : wait;
        _timer.Change(soonest, Timeout.InfiniteTimeSpan);
    }
}

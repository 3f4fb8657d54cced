namespace Carousel.Control.Supervision;

/// <summary>
/// Looks again and again for what workers only leave a mark of, on a thread of its own: a look at a thousand servers takes some microseconds, while a timer would wake three
/// threads of the pool for each.
/// </summary>
public sealed class WatchThread : IDisposable
{
    /// <summary>Between two looks.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly (string Name, Action Look)[] _looks;
    private readonly Supervisor _supervisor;
    private bool _stopped;

    private WatchThread(Supervisor supervisor, (string Name, Action Look)[] looks) => (_supervisor, _looks) = (supervisor, looks);

    /// <summary>Begins to look.</summary>
    /// <param name="supervisor">Told of each look that fails; the others, and the next ones, come all the same.</param>
    /// <param name="looks">What is done each time, and what it is called in a report.</param>
    public static WatchThread Start(Supervisor supervisor, params (string Name, Action Look)[] looks)
    {
        var watch = new WatchThread(supervisor, looks);
        supervisor.StartThread("watch", watch.Run);
        return watch;
    }

    /// <summary>Looks no more: waits for the look that is under way.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
        }
    }

    private void Run()
    {
        while (Recheck())
        {
            Thread.Sleep(Pause);
        }
    }

    private bool Recheck()
    {
        lock (_gate)
        {
            for (int i = 0; i < _looks.Length && !_stopped; i++)
            {
                _supervisor.Guard(_looks[i].Name, _looks[i].Look, TimeProvider.System);
            }
            return !_stopped;
        }
    }
}

namespace Carousel.Control.Supervision;

/// <summary>
/// Periodically runs checks for flags that workers set, on a thread of its own: a check of a thousand servers takes microseconds, while a timer would wake
/// three pool threads for each.
/// </summary>
public sealed class WatchThread : IDisposable
{
    /// <summary>Interval of the checks.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly (string Name, Action Look)[] _looks;
    private readonly Supervisor _supervisor;
    private bool _stopped;

    private WatchThread(Supervisor supervisor, (string Name, Action Look)[] looks) => (_supervisor, _looks) = (supervisor, looks);

    /// <summary>Starts the thread.</summary>
    /// <param name="supervisor">Receives failures; the other checks, and later ones, still run.</param>
    /// <param name="looks">The checks, each with its name in reports.</param>
    public static WatchThread Start(Supervisor supervisor, params (string Name, Action Look)[] looks)
    {
        var watch = new WatchThread(supervisor, looks);
        supervisor.StartThread("watch", watch.Run);
        return watch;
    }

    /// <summary>Stops; waits for the check that is running.</summary>
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

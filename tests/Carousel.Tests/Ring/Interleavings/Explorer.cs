using System.Text;
using Carousel.Core.Ring;

namespace Carousel.Tests.Ring.Interleavings;

/// <summary>The actions of the threads, and a check after all have ended.</summary>
internal sealed record Scenario(Action[] Threads, Action Check);

/// <summary>The ring's steps, at which the explorer may switch threads.</summary>
internal readonly struct ExploredSteps : IRingSteps
{
    public static void At(RingStep step) => Explorer.Pause(step.ToString());
}

/// <summary>
/// Runs a scenario once for every interleaving of its threads at the named steps, with a limited number of preemptions (a runnable thread made to
/// wait). One thread runs at a time; a thread that pauses or ends chooses the next one.
/// </summary>
internal sealed class Explorer : IDisposable
{
    private const int None = -1;

    // The scenarios take about fifty steps: a thread that needs this many is in an endless loop.
    private const int MaxSteps = 1000;

    [ThreadStatic]
    private static (Explorer Explorer, int Thread)? t_here;

    private readonly Trail _trail = new();
    private readonly List<(int Thread, string Step)> _path = [];
    private readonly int _preemptions;
    private readonly Runner[] _runners;
    private readonly SemaphoreSlim _allDone = new(0);
    private Exception? _failure;
    private int _preemptionsLeft;
    private int _gateHolder;

    private Explorer(int threads, int preemptions)
    {
        _preemptions = preemptions;
        _runners = [.. Enumerable.Range(0, threads).Select(i => new Runner(() => RunThread(i)))];
    }

    /// <summary>Runs all interleavings; returns the number of runs. Throws at the first failure, with its path.</summary>
    public static int Explore(int preemptions, Func<Scenario> arrange)
    {
        using var explorer = new Explorer(arrange().Threads.Length, preemptions);
        int runs = 0;
        do
        {
            explorer.RunOnce(arrange());
            runs++;
        }
        while (explorer._trail.Advance());
        return runs;
    }

    /// <summary>Switches to another thread if the run requires it. No effect on threads outside an explorer.</summary>
    public static void Pause(string step)
    {
        if (t_here is var (explorer, thread))
        {
            explorer._path.Add((thread, step));
            if (explorer._path.Count > MaxSteps)
            {
                throw new InvalidOperationException($"thread {thread} spins at {step}");
            }
            explorer.SwitchFrom(thread);
        }
    }

    /// <summary>A lock known to the explorer: a thread that wants it is not runnable while another holds it.</summary>
    public static T Locked<T>(Func<T> action)
    {
        (Explorer explorer, int thread) = t_here ?? throw new InvalidOperationException("not on an explored thread");
        explorer._runners[thread].WantsGate = true;
        Pause("Enter");
        explorer._runners[thread].WantsGate = false;
        explorer._gateHolder = thread;
        T result = action();
        explorer._gateHolder = None;
        return result;
    }

    public void Dispose()
    {
        Array.ForEach(_runners, runner => runner.Dispose());
        _allDone.Dispose();
    }

    private void RunOnce(Scenario scenario)
    {
        _path.Clear();
        _failure = null;
        _preemptionsLeft = _preemptions;
        _gateHolder = None;
        for (int i = 0; i < _runners.Length; i++)
        {
            _runners[i].Begin(scenario.Threads[i]);
        }
        _runners[Choose(None)].Resumed.Release();
        _allDone.Wait();
        try
        {
            if (_failure is null)
            {
                scenario.Check();
            }
        }
        catch (Exception failure)
        {
            _failure = failure;
        }
        if (_failure is not null)
        {
            throw new InvalidOperationException($"{_failure.Message}\nwhen: {Path()}", _failure);
        }
    }

    private void RunThread(int thread)
    {
        t_here = (this, thread);
        try
        {
            _runners[thread].Body();
        }
        catch (Exception failure)
        {
            _failure ??= failure;
        }
        _runners[thread].Done = true;
        int next = Choose(None);
        (next == None ? _allDone : _runners[next].Resumed).Release();
    }

    private void SwitchFrom(int thread)
    {
        int next = Choose(thread);
        if (next != thread)
        {
            _runners[next].Resumed.Release();
            _runners[thread].Resumed.Wait();
        }
    }

    private int Choose(int current)
    {
        bool stay = current != None && IsRunnable(current);
        if (stay && _preemptionsLeft == 0)
        {
            return current;
        }
        List<int> options = stay ? [current] : [];
        options.AddRange(Enumerable.Range(0, _runners.Length).Where(i => i != current && IsRunnable(i)));
        if (options.Count == 0)
        {
            return None;
        }
        int chosen = options[_trail.Choose(options.Count)];
        _preemptionsLeft -= stay && chosen != current ? 1 : 0;
        return chosen;
    }

    private bool IsRunnable(int thread)
    {
        Runner runner = _runners[thread];
        return !runner.Done && !(runner.WantsGate && _gateHolder != None);
    }

    private string Path()
    {
        var path = new StringBuilder();
        foreach ((int thread, string step) in _path)
        {
            path.Append(thread).Append(':').Append(step).Append(' ');
        }
        return path.ToString();
    }

    /// <summary>A thread that is reused for consecutive runs.</summary>
    private sealed class Runner : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _ended;

        public Runner(Action run)
        {
            _thread = new Thread(() =>
            {
                for (Resumed.Wait(); !_ended; Resumed.Wait())
                {
                    run();
                }
            });
            _thread.Start();
        }

        public SemaphoreSlim Resumed { get; } = new(0);

        public Action Body { get; private set; } = () => { };

        public bool Done { get; set; }

        public bool WantsGate { get; set; }

        public void Begin(Action body) => (Body, Done, WantsGate) = (body, false, false);

        public void Dispose()
        {
            _ended = true;
            Resumed.Release();
            _thread.Join();
            Resumed.Dispose();
        }
    }
}

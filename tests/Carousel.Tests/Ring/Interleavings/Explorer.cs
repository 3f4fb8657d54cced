using System.Text;
using Carousel.Core.Ring;

namespace Carousel.Tests.Ring.Interleavings;

/// <summary>What each thread does, and what must hold when all are done.</summary>
internal sealed record Scenario(Action[] Threads, Action Check);

/// <summary>The ring's steps, where the explorer may let another thread go on.</summary>
internal readonly struct ExploredSteps : IRingSteps
{
    public static void At(RingStep step) => Explorer.Pause(step.ToString());
}

/// <summary>
/// Runs a scenario once for every way in which its threads can take turns at the named steps, with at most so many
/// preemptions (a thread made to wait though it could go on). One thread runs at a time, and whoever pauses or ends
/// chooses who goes on.
/// </summary>
internal sealed class Explorer : IDisposable
{
    private const int Nobody = -1;

    // The scenarios take about fifty: who needs this many spins, and never came to an end outside either.
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

    /// <summary>Explores; returns how many runs there were. Throws at the first that fails, with its path.</summary>
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

    /// <summary>Lets another thread go on here, if the run wants it. Nothing on a thread that no explorer runs.</summary>
    public static void Pause(string step)
    {
        if (t_here is var (explorer, thread))
        {
            explorer._path.Add((thread, step));
            if (explorer._path.Count > MaxSteps)
            {
                throw new InvalidOperationException($"thread {thread} spins at {step}");
            }
            explorer.GiveWay(thread);
        }
    }

    /// <summary>A lock that the explorer knows of: who wants it can't go on while another has it.</summary>
    public static T Locked<T>(Func<T> action)
    {
        (Explorer explorer, int thread) = t_here ?? throw new InvalidOperationException("not on an explored thread");
        explorer._runners[thread].WantsGate = true;
        Pause("Enter");
        explorer._runners[thread].WantsGate = false;
        explorer._gateHolder = thread;
        T result = action();
        explorer._gateHolder = Nobody;
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
        _gateHolder = Nobody;
        for (int i = 0; i < _runners.Length; i++)
        {
            _runners[i].Begin(scenario.Threads[i]);
        }
        _runners[Choose(Nobody)].Turn.Release();
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
        int next = Choose(Nobody);
        (next == Nobody ? _allDone : _runners[next].Turn).Release();
    }

    private void GiveWay(int thread)
    {
        int next = Choose(thread);
        if (next != thread)
        {
            _runners[next].Turn.Release();
            _runners[thread].Turn.Wait();
        }
    }

    private int Choose(int current)
    {
        bool stay = current != Nobody && CanGoOn(current);
        if (stay && _preemptionsLeft == 0)
        {
            return current;
        }
        List<int> options = stay ? [current] : [];
        options.AddRange(Enumerable.Range(0, _runners.Length).Where(i => i != current && CanGoOn(i)));
        if (options.Count == 0)
        {
            return Nobody;
        }
        int chosen = options[_trail.Choose(options.Count)];
        _preemptionsLeft -= stay && chosen != current ? 1 : 0;
        return chosen;
    }

    private bool CanGoOn(int thread)
    {
        Runner runner = _runners[thread];
        return !runner.Done && !(runner.WantsGate && _gateHolder != Nobody);
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

    /// <summary>A thread that is used for one run after the other.</summary>
    private sealed class Runner : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _ended;

        public Runner(Action run)
        {
            _thread = new Thread(() =>
            {
                for (Turn.Wait(); !_ended; Turn.Wait())
                {
                    run();
                }
            });
            _thread.Start();
        }

        public SemaphoreSlim Turn { get; } = new(0);

        public Action Body { get; private set; } = () => { };

        public bool Done { get; set; }

        public bool WantsGate { get; set; }

        public void Begin(Action body) => (Body, Done, WantsGate) = (body, false, false);

        public void Dispose()
        {
            _ended = true;
            Turn.Release();
            _thread.Join();
            Turn.Dispose();
        }
    }
}

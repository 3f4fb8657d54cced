using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Carousel.Bench.Machine;

namespace Carousel.Bench.Processes;

/// <summary>
/// A long-running process pinned to one core from its first instruction. Disposing asks it to end (SIGTERM), then ends it and
/// what it started, by their ids.
/// </summary>
internal sealed partial class Child : IDisposable
{
    private const int HangUpSignal = 1, Terminate = 15, ContinueSignal = 18, StopSignal = 19;
    private const int KeptLines = 20;
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(2);
    private static readonly List<Child> Running = [];

    private readonly Process _process;
    private readonly Queue<string> _lastLines = new();

    private Child(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Once it has exited.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>What it wrote last, for the message when it didn't start or died.</summary>
    public string LastLines
    {
        get
        {
            lock (_lastLines)
            {
                return string.Join('\n', _lastLines);
            }
        }
    }

    /// <summary>Starts a program by <c>taskset</c>, which becomes it: the id and the clocks are the program's own.</summary>
    /// <exception cref="BenchException">It can't be started.</exception>
    public static Child Start(int core, IEnumerable<string> command)
    {
        var start = new ProcessStartInfo("taskset") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in (string[])["-c", $"{core}", .. command])
        {
            start.ArgumentList.Add(word);
        }

        var process = new Process { StartInfo = start };
        var child = new Child(process);
        lock (Running)
        {
            try
            {
                process.Start();
            }
            catch (Win32Exception e)
            {
                throw new BenchException($"cannot start {string.Join(' ', command)}: {e.Message}");
            }

            Running.Add(child);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Ends all that still run; at the end of the program, for whatever reason it ends.</summary>
    public static void StopAll()
    {
        Child[] running;
        lock (Running)
        {
            running = [.. Running];
        }

        foreach (var child in running)
        {
            child.Dispose();
        }
    }

    /// <summary>Ends it at once, as a crash does (SIGKILL); returns when it has ended.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        Dispose();
    }

    /// <summary>Has it do nothing at all (SIGSTOP) until it is continued. Ending it works all the same.</summary>
    public void Stop() => Signal(StopSignal);

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Continue() => Signal(ContinueSignal);

    /// <summary>Has it read its configuration again, if it does so on SIGHUP.</summary>
    public void HangUp() => Signal(HangUpSignal);

    public void Dispose()
    {
        lock (Running)
        {
            if (!Running.Remove(this))
            {
                return;
            }
        }

        // Read before the parent ends: afterwards its children have no parent.
        int[] tree = HasExited ? [] : [.. ProcessTree.Of(Id)];
        var below = tree.Where(pid => pid != Id).Select(pid => (Id: pid, Start: StartTime(pid))).ToList();
        Signal(Terminate);

        // A stopped process cannot end before it is continued.
        Signal(ContinueSignal);
        if (!_process.WaitForExit(EndTime))
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(EndTime);
        }

        // An id with another start time belongs to somebody else by now.
        foreach (var (pid, _) in below.Where(process => process.Start is not null && StartTime(process.Id) == process.Start))
        {
            kill(pid, Terminate);
        }

        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (!HasExited)
        {
            kill(Id, signal);
        }
    }

    private static string? StartTime(int pid) => ProcessTree.StatFields(pid).ElementAtOrDefault(19);

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > KeptLines)
            {
                _lastLines.Dequeue();
            }
        }
    }

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}

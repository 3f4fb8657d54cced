using System.Diagnostics;
using Carousel.Bench.Machine;
using Carousel.Bench.Processes;

namespace Carousel.Bench.Peers;

/// <summary>A peer that serves: a process on the peers' core, that is stopped by its id.</summary>
internal sealed class RunningPeer : IDisposable
{
    private readonly Setup _setup;
    private string[]? _cookies;

    private RunningPeer(Peer peer, Setup setup, Child process, TimeSpan firstResponse) =>
        (Peer, _setup, Process, FirstResponse) = (peer, setup, process, firstResponse);

    public Peer Peer { get; }

    public string Name => Peer.Name;

    public Child Process { get; }

    public int Port => _setup.Port;

    /// <summary>From just before the process was made to its first 200.</summary>
    public TimeSpan FirstResponse { get; }

    /// <summary>Configures and starts it, as an ordinary user where its clients are hostile; returns once it has responded.</summary>
    /// <exception cref="BenchException">It doesn't come up.</exception>
    public static RunningPeer Start(Peer peer, Setup setup, CancellationToken stop)
    {
        string[] command = peer.Configure(setup);
        if (setup.Hostile is { } hostile)
        {
            OrdinaryUser.Open(setup.Folder);
            command = OrdinaryUser.Command(command, hostile.Descriptors, hostile.StandardError);
        }

        long started = Stopwatch.GetTimestamp();
        var process = Child.Start(Cores.Peer, command);
        try
        {
            var time = Processes.FirstResponse.Wait(peer.Name, process, setup.Port, started, stop);
            return new RunningPeer(peer, setup, process, time);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>Has it balance to these servers only.</summary>
    public void Change(IReadOnlyList<int> servers) => Peer.Change(_setup, Process, servers);

    /// <summary>Cookies of as many sessions as it was asked for the first time.</summary>
    public string[] Cookies(int count) => _cookies ??= SessionCookies.Collect(Name, Port, count);

    /// <summary>What it has used, with all its processes, those that have ended included.</summary>
    public CpuReading Cpu() => CpuClock.Read(Process.Id);

    /// <summary>Of that the part of the threads that move the traffic.</summary>
    public CpuReading WorkerCpu() => Peer.WorkerThread is { } name ? ThreadClock.Read(Process.Id, name) : Cpu();

    public MemoryUse Memory() => MemoryUse.Read(Process.Id);

    /// <summary>Sees that it still runs.</summary>
    /// <param name="when">What was done meanwhile, for the message.</param>
    /// <exception cref="BenchException">It doesn't.</exception>
    public void MustRun(string when)
    {
        if (Process.HasExited)
        {
            throw new BenchException($"{Name} ended during {when}:\n{Process.LastLines}");
        }
    }

    public void Dispose() => Process.Dispose();
}

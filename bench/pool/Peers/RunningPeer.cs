using System.Diagnostics;
using Carousel.Load.Machine;
using Carousel.Load.Processes;

namespace Carousel.Pool.Peers;

/// <summary>A peer that serves.</summary>
internal sealed class RunningPeer : IDisposable
{
    private readonly Peer _peer;
    private readonly Place _place;
    private readonly Child _process;

    private RunningPeer(Peer peer, Place place, Child process) => (_peer, _place, _process) = (peer, place, process);

    public int Port => _place.Port;

    /// <summary>Configures and starts it; returns once it has answered.</summary>
    /// <exception cref="Carousel.Load.LoadException">It doesn't come up.</exception>
    public static RunningPeer Start(Peer peer, Place place, CancellationToken stop)
    {
        string[] command = peer.Configure(place);
        long started = Stopwatch.GetTimestamp();
        var process = Child.Start(Cores.Peer, command);
        FirstAnswer.Wait(peer.Name, process, place.Port, started, stop);
        return new RunningPeer(peer, place, process);
    }

    /// <summary>Has it balance to these servers only.</summary>
    public void Change(IReadOnlyList<int> servers) => _peer.Change(_place, _process, servers);

    /// <summary>CPU microseconds that it has used, with all its processes, those that have ended included.</summary>
    public double CpuMicros()
    {
        // The children that were waited for, in ticks of 10 ms: nginx's earlier workers.
        string[] fields = ProcessTree.StatFields(_process.Id);
        double ended = fields is [] ? 0 : (double.Parse(fields[13]) + double.Parse(fields[14])) * 10_000;
        return CpuClock.Read(_process.Id).TotalMicros + ended;
    }

    /// <summary>Whether it still runs.</summary>
    /// <exception cref="Carousel.Load.LoadException">It doesn't.</exception>
    public void MustRun()
    {
        if (_process.HasExited)
        {
            throw new Carousel.Load.LoadException($"{_peer.Name} ended:\n{_process.LastLines}");
        }
    }

    public void Dispose() => _process.Dispose();
}

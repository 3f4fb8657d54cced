using System.Diagnostics;
using Carousel.Load.Machine;
using Carousel.Load.Processes;

namespace Carousel.Load.Peers;

/// <summary>A peer that serves, on a port of its own.</summary>
internal sealed class RunningPeer : IDisposable
{
    private RunningPeer(Peer peer, Child process, int port, TimeSpan firstAnswer) =>
        (Peer, Process, Port, FirstAnswer) = (peer, process, port, firstAnswer);

    private string[]? _cookies;

    public Peer Peer { get; }

    public string Name => Peer.Name;

    public Child Process { get; }

    public int Port { get; }

    /// <summary>From just before the process was made to its first 200.</summary>
    public TimeSpan FirstAnswer { get; }

    /// <summary>Cookies of as many visitors as it was asked for the first time.</summary>
    public string[] Cookies(int count) => _cookies ??= VisitorCookies.Collect(Name, Port, count);

    /// <summary>Configures and starts it; returns once it has answered.</summary>
    /// <exception cref="LoadException">It doesn't come up.</exception>
    public static RunningPeer Start(Peer peer, string folder, int port, Servers servers, SessionStore? store, CancellationToken stop)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder, $"{peer.Name}-{port}"));
        string[] command = peer.Configure(new Place(own.FullName, port, servers.Ports, store?.Port ?? 0));
        long started = Stopwatch.GetTimestamp();
        var process = Child.Start(Cores.Peer, command);
        var time = Processes.FirstAnswer.Wait(peer.Name, process, port, started, stop);
        return new RunningPeer(peer, process, port, time);
    }

    public void Dispose() => Process.Dispose();
}

using System.Diagnostics;
using Carousel.Hostile.Peers;
using Carousel.Load.Machine;
using Carousel.Load.Processes;

namespace Carousel.Hostile;

/// <summary>Where peers run, and what is behind them.</summary>
/// <param name="Folder">Of the run.</param>
/// <param name="Ports">That are free.</param>
/// <param name="Servers">Ports of servers that work.</param>
/// <param name="Seconds">Of a measurement.</param>
internal sealed record Place(string Folder, Ports Ports, IReadOnlyList<int> Servers, int Seconds)
{
    /// <summary>A path of the servers: an answer that no buffer of a kernel takes whole, nor a few of them.</summary>
    public const string Big = "/big";

    private const long BigBytes = 64 << 20;

    /// <summary>Of a measurement.</summary>
    public TimeSpan Time => TimeSpan.FromSeconds(Seconds);

    /// <summary>Puts the answer of <see cref="Big"/> where the servers find it; no block of it is on a disk.</summary>
    public static void MakeBigFile(string folder)
    {
        using var file = File.Create(folder + Big);
        file.SetLength(BigBytes);
    }

    /// <summary>Starts a peer as an ordinary user; returns once it has answered.</summary>
    public Running Start(Peer peer, Setup setup, CancellationToken stop)
    {
        int port = Ports.Next();
        string own = Directory.CreateDirectory(Path.Combine(Folder, $"{peer.Name}-{port}")).FullName;
        OrdinaryUser.Open(own);
        string[] command = peer.Configure(own, port, setup);
        long started = Stopwatch.GetTimestamp();
        var child = Child.Start(Cores.Peer, OrdinaryUser.Command(command, setup.Descriptors, setup.StandardError));
        FirstAnswer.Wait(peer.Name, child, port, started, stop);
        return new Running(child, port);
    }
}

/// <summary>A peer that serves.</summary>
internal sealed record Running(Child Process, int Port) : IDisposable
{
    public void Dispose() => Process.Dispose();
}

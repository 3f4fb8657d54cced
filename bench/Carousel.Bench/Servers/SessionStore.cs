using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Carousel.Bench.Machine;
using Carousel.Bench.Processes;

namespace Carousel.Bench.Servers;

/// <summary>The Redis that sessions are kept in: on the load's core, nothing on disk, and bounded, whatever the load brings.</summary>
internal sealed class SessionStore : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Child _process;

    private SessionStore(Child process, int port) => (_process, Port) = (process, port);

    public static (string Program, string Package) Needs => ("redis-server", "redis-server");

    public int Port { get; }

    /// <summary>Starts it; returns once it listens.</summary>
    /// <exception cref="BenchException">It doesn't come up.</exception>
    public static SessionStore Start(string folder, Ports ports)
    {
        int port = ports.Next();
        var process = Child.Start(Cores.Load,
        [
            Requirements.MustFind(Needs.Program), "--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder, "--save", "",
            // Records go when it is full, never the keys that have no end.
            "--maxmemory", "256mb", "--maxmemory-policy", "volatile-ttl",
        ]);
        long started = Stopwatch.GetTimestamp();
        while (!IsListening(port))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new BenchException($"redis-server doesn't listen:\n{process.LastLines}");
            }
        }

        return new SessionStore(process, port);
    }

    public void Dispose() => _process.Dispose();

    private static bool IsListening(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

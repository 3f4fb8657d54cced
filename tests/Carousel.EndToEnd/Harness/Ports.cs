using System.Net;
using System.Net.Sockets;

namespace Carousel.EndToEnd.Harness;

/// <summary>A port that refuses connections and that no other process can take meanwhile.</summary>
internal sealed class ClosedPort : IDisposable
{
    private readonly Socket _holder = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ClosedPort() => _holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public int Port => ((IPEndPoint)_holder.LocalEndPoint!).Port;

    public string Url => $"http://127.0.0.1:{Port}";

    public void Dispose() => _holder.Dispose();
}

/// <summary>A port that never completes a connection: a listener that accepts nothing, with a full backlog.</summary>
internal sealed class SilentPort : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _fillers = [];

    private SilentPort()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>Connects until a connection hangs: from then on the kernel drops every SYN.</summary>
    public static async Task<SilentPort> CreateAsync()
    {
        var silent = new SilentPort();
        while (true)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            silent._fillers.Add(filler);
            Task connecting = filler.ConnectAsync(IPAddress.Loopback, silent.Port);
            if (await Task.WhenAny(connecting, Task.Delay(TimeSpan.FromMilliseconds(300))) != connecting)
            {
                _ = connecting.ContinueWith(task => task.Exception, TaskScheduler.Default);
                return silent;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _fillers.ForEach(filler => filler.Dispose());
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Ports for servers that stop and restart: below the kernel's range for outgoing connections, so that none is taken meanwhile.</summary>
internal static class FixedPort
{
    private const int First = 12000;
    private const int Count = 20000;

    private static int s_last = Random.Shared.Next(Count);

    /// <summary>A port of 127.0.0.1 without a listener that no other test gets.</summary>
    public static int Next()
    {
        while (true)
        {
            int port = First + (int)((uint)Interlocked.Increment(ref s_last) % Count);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken: try the next.
            }
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Carousel.EndToEnd.Harness;

/// <summary>A server on loopback that does exactly what its script says with every connection, and notes what came.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly Func<ServerConnection, Task> _script;
    private readonly ConcurrentQueue<ServerConnection> _connections = new();
    private readonly ConcurrentQueue<Message> _requests = new();
    private readonly Task _accepting;

    private ScriptedServer(Func<ServerConnection, Task> script, IPAddress address, int port, int receiveBuffer)
    {
        _script = script;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        if (receiveBuffer > 0)
        {
            _listener.ReceiveBufferSize = receiveBuffer;
        }
        _listener.Bind(new IPEndPoint(address, port));
        _listener.Listen(512);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        string host = address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
        Url = $"http://{host}:{Port}";
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public string Url { get; }

    /// <summary>Heads that were read, in the order of arrival. Their bodies are the script's business.</summary>
    public IReadOnlyCollection<Message> Requests => _requests;

    public IReadOnlyCollection<ServerConnection> Connections => _connections;

    public int OpenConnections => _connections.Count(connection => connection.IsOpen);

    public long BytesReceived => _connections.Sum(connection => connection.BytesReceived);

    /// <summary>Runs the script for every connection; the connection is closed in order where the script ends.</summary>
    public static ScriptedServer Start(Func<ServerConnection, Task> script, IPAddress? address = null, int port = 0, int receiveBuffer = 0) =>
        new(script, address ?? IPAddress.Loopback, port, receiveBuffer);

    /// <summary>Answers every request on every connection with 200 and this body, for as long as the client likes.</summary>
    public static ScriptedServer Responding(string body, IPAddress? address = null, int port = 0) =>
        Start(connection => RespondToAllAsync(connection, _ => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}"), address, port);

    /// <summary>Answers every request on every connection with the bytes that <paramref name="response"/> makes of it.</summary>
    public static ScriptedServer Responding(Func<Message, string> response) => Start(connection => RespondToAllAsync(connection, response));

    /// <summary>Dies as a killed process does: nothing listens any more, every connection is reset.</summary>
    public void Crash()
    {
        _listener.Dispose();
        foreach (ServerConnection connection in _connections.Where(connection => connection.IsOpen))
        {
            connection.Reset();
        }
        // A socket that is being read from closes a moment later, on another thread: until then a request could still be sent to it.
        Assert.True(SpinWait.SpinUntil(() => !HasConnections(), TimeSpan.FromSeconds(10)), "the connections of a crashed server stay open");
    }

    /// <summary>As the kernel knows it: lines of "slot: local-address:port remote-address:port state ...", in hexadecimal, 01 for established (proc(5)).</summary>
    private bool HasConnections() => ((string[])["/proc/net/tcp", "/proc/net/tcp6"]).SelectMany(File.ReadLines)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Any(columns => columns[1].EndsWith($":{Port:X4}", StringComparison.Ordinal) && columns[3] == "01");

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (ServerConnection connection in _connections)
        {
            connection.Dispose();
        }
        await _accepting;
    }

    internal void Note(Message request) => _requests.Enqueue(request);

    private static async Task RespondToAllAsync(ServerConnection connection, Func<Message, string> response)
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            await connection.SendAsync(response(request));
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            for (int index = 0; ; index++)
            {
                var connection = new ServerConnection(await _listener.AcceptAsync(), this, index);
                connection.Socket.NoDelay = true;
                _connections.Enqueue(connection);
                _ = RunAsync(connection);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The server ends.
        }
    }

    private async Task RunAsync(ServerConnection connection)
    {
        try
        {
            await _script(connection);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or EndOfStreamException or TimeoutException)
        {
            // The other side left, or the test is over. What a test wants to know of this it sees from the outside.
        }
        finally
        {
            connection.MarkClosed();
            connection.Dispose();
        }
    }
}

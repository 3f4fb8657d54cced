using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Carousel.EndToEnd.Harness;

/// <summary>A server on loopback that runs a script on every connection and records what it receives.</summary>
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

    /// <summary>Heads read, in order of arrival. Scripts read the bodies.</summary>
    public IReadOnlyCollection<Message> Requests => _requests;

    public IReadOnlyCollection<ServerConnection> Connections => _connections;

    public int OpenConnections => _connections.Count(connection => connection.IsOpen);

    public long BytesReceived => _connections.Sum(connection => connection.BytesReceived);

    /// <summary>Runs the script for every connection, which is closed with FIN when the script ends.</summary>
    public static ScriptedServer Start(Func<ServerConnection, Task> script, IPAddress? address = null, int port = 0, int receiveBuffer = 0) =>
        new(script, address ?? IPAddress.Loopback, port, receiveBuffer);

    /// <summary>Responds to every request on every connection with 200 and this body.</summary>
    public static ScriptedServer Responding(string body, IPAddress? address = null, int port = 0) =>
        Start(connection => RespondToAllAsync(connection, _ => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}"), address, port);

    /// <summary>Responds to every request on every connection with the bytes that <paramref name="response"/> returns.</summary>
    public static ScriptedServer Responding(Func<Message, string> response) => Start(connection => RespondToAllAsync(connection, response));

    /// <summary>Simulates a killed process: closes the listener and resets every connection.</summary>
    public void Crash()
    {
        _listener.Dispose();
        foreach (ServerConnection connection in _connections.Where(connection => connection.IsOpen))
        {
            connection.Reset();
        }
        // A socket with a pending read closes a moment later on another thread; until then a request could still reach it.
        Assert.True(SpinWait.SpinUntil(() => !HasConnections(), TimeSpan.FromSeconds(10)), "connections of the crashed server are still open");
    }

    /// <summary>
    /// Reads the kernel's table: lines of "slot: local-address:port remote-address:port state ...", in hexadecimal, 01 for established (proc(5)).
    /// </summary>
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
            // The server stops.
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
            // The peer closed, or the test has ended. Tests observe this from the outside.
        }
        finally
        {
            connection.MarkClosed();
            connection.Dispose();
        }
    }
}

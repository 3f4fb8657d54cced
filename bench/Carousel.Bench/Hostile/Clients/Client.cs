using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Carousel.Bench.Hostile.Clients;

/// <summary>A connection to a peer, for good or bad.</summary>
internal sealed class Client : IDisposable
{
    private readonly Socket _socket;

    private Client(Socket socket) => _socket = socket;

    /// <summary>Connects; closed by a reset, so that no port is missing afterwards.</summary>
    /// <param name="port">On loopback.</param>
    /// <param name="receiveBuffer">Of the kernel, in bytes; 0 for its default.</param>
    /// <param name="stop">Ends the trying.</param>
    public static async Task<Client> ConnectAsync(int port, int receiveBuffer, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            LingerState = new LingerOption(enable: true, seconds: 0),
        };
        if (receiveBuffer > 0)
        {
            socket.ReceiveBufferSize = receiveBuffer;
        }

        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), stop);
            return new Client(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static string Get(string path) => $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

    public async Task SendAsync(string text, CancellationToken stop) => await _socket.SendAsync(Encoding.ASCII.GetBytes(text), stop);

    /// <summary>Receives what is available, at most this many bytes; 0 at the end.</summary>
    public async Task<int> TakeAsync(int bytes, CancellationToken stop) => await _socket.ReceiveAsync(new byte[bytes], stop);

    /// <summary>Asks, and takes the whole response: its status, and the bytes of its body.</summary>
    public async Task<(int Status, long Bytes)> AskAsync(string path, byte[] buffer, CancellationToken stop)
    {
        await SendAsync(Get(path), stop);
        int have = 0, headEnd;
        while ((headEnd = buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8)) < 0)
        {
            int received = await _socket.ReceiveAsync(buffer.AsMemory(have), stop);
            have += received > 0 ? received : throw new IOException("closed before a response");
        }

        string head = Encoding.ASCII.GetString(buffer, 0, headEnd);
        long length = Length(head), left = length - (have - headEnd - 4);
        while (left > 0)
        {
            int received = await _socket.ReceiveAsync(buffer, stop);
            left -= received > 0 ? received : throw new IOException("closed within a response");
        }

        return (int.Parse(head.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), length);
    }

    public void Dispose() => _socket.Dispose();

    private static long Length(string head)
    {
        const string field = "content-length:";
        string? line = head.Split("\r\n").FirstOrDefault(line => line.StartsWith(field, StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : long.Parse(line.AsSpan(field.Length), System.Globalization.CultureInfo.InvariantCulture);
    }
}

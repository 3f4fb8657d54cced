using System.Net;
using System.Net.Sockets;

namespace Carousel.EndToEnd.Harness;

/// <summary>A client that sends exact bytes.</summary>
internal sealed class RawClient : Wire
{
    private RawClient(Socket socket) : base(socket)
    {
    }

    public static async Task<RawClient> ConnectAsync(int port, IPAddress? address = null, IPAddress? from = null, int receiveBuffer = 0)
    {
        var target = new IPEndPoint(address ?? IPAddress.Loopback, port);
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0)
        {
            // Set before connecting: the window offered in the handshake would remain otherwise.
            socket.ReceiveBufferSize = receiveBuffer;
        }
        if (from is not null)
        {
            socket.Bind(new IPEndPoint(from, 0));
        }
        await Deadlines.WithinAsync(socket.ConnectAsync(target), "the connection to be accepted");
        return new RawClient(socket);
    }

    /// <summary>True if this port of 127.0.0.1 accepts a connection.</summary>
    public static async Task<bool> ListensAsync(int port)
    {
        try
        {
            using RawClient probe = await ConnectAsync(port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Sends the bytes of a request and reads its response.</summary>
    public async Task<Message> RequestAsync(string request)
    {
        await SendAsync(request);
        return await ReadResponseAsync(request.TrimStart().Split(' ')[0]);
    }

    /// <summary>Sends a minimal GET.</summary>
    public Task<Message> GetAsync(string path = "/") => RequestAsync($"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n");
}

using System.Net;
using System.Net.Sockets;

namespace Carousel.Demo;

/// <summary>A small HTTP server on a free port of the loopback interface that tells who it is. For demonstrations only.</summary>
internal sealed class DemoServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private int _requests;

    private DemoServer(string name)
    {
        Name = name;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public string Name { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public static DemoServer Start(string name)
    {
        var server = new DemoServer(name);
        _ = server.Accept();
        return server;
    }

    /// <summary>Takes no more connections; those that are open end with the process.</summary>
    public void Dispose() => _listener.Dispose();

    private async Task Accept()
    {
        while (true)
        {
            try
            {
                Socket client = await _listener.AcceptAsync().ConfigureAwait(false);
                _ = Serve(client);
            }
            catch (Exception e) when (e is SocketException { SocketErrorCode: SocketError.OperationAborted } or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client was gone before it was accepted: on to the next.
            }
        }
    }

    private async Task Serve(Socket client)
    {
        try
        {
            client.NoDelay = true;
            using var stream = new NetworkStream(client, ownsSocket: true);
            var reader = new DemoReader(stream);
            while (await DemoRequest.Read(reader, stream).ConfigureAwait(false) is { } request)
            {
                byte[] answer = request.Answer(Name, Interlocked.Increment(ref _requests));
                await stream.WriteAsync(answer).ConfigureAwait(false);
                if (!request.KeepAlive)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            // The client left, or spoke no HTTP: closing is the answer.
        }
    }
}

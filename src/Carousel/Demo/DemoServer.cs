using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Carousel.Control.Supervision;

namespace Carousel.Demo;

/// <summary>A small HTTP server that responds with its name. For demonstrations only.</summary>
internal sealed class DemoServer : IDisposable
{
    private readonly Socket _listener;
    private readonly ConcurrentDictionary<Connection, bool> _open = [];
    private volatile bool _isStopping;
    private int _requests;

    private DemoServer(string name, IPEndPoint at)
    {
        Name = name;
        _listener = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (at.Address.Equals(IPAddress.IPv6Any))
        {
            _listener.DualMode = true;
        }
        try
        {
            _listener.Bind(at);
            _listener.Listen();
        }
        catch
        {
            _listener.Dispose();
            throw;
        }
    }

    public string Name { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>On a free port of the loopback interface.</summary>
    public static DemoServer Start(string name) => Start(name, new IPEndPoint(IPAddress.Loopback, 0));

    /// <exception cref="SocketException">It can't listen there.</exception>
    public static DemoServer Start(string name, IPEndPoint at)
    {
        var server = new DemoServer(name, at);
        _ = Supervisor.OfProcess.Run("demo servers", server.Accept, TimeProvider.System, CancellationToken.None);
        return server;
    }

    /// <summary>Closes the listener and idle connections, and waits up to <paramref name="atMost"/> for requests in flight; the rest ends with the process.</summary>
    public async Task StopAsync(TimeSpan atMost)
    {
        _isStopping = true;
        _listener.Dispose();
        var limit = Task.Delay(atMost);
        // Repeated for connections accepted meanwhile.
        while (!_open.IsEmpty && !limit.IsCompleted)
        {
            await Task.WhenAny(Task.WhenAll(_open.Keys.Select(connection => connection.StopAsync())), limit).ConfigureAwait(false);
        }
    }

    /// <summary>Closes the listener; open connections end with the process.</summary>
    public void Dispose() => _listener.Dispose();

    private async Task Accept()
    {
        while (true)
        {
            try
            {
                var connection = new Connection(await _listener.AcceptAsync().ConfigureAwait(false));
                _open[connection] = true;
                _ = Serve(connection);
            }
            catch (Exception e) when (e is SocketException { SocketErrorCode: SocketError.OperationAborted } or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client closed before it was accepted.
            }
        }
    }

    private async Task Serve(Connection connection)
    {
        try
        {
            using var stream = new NetworkStream(connection.Socket, ownsSocket: true);
            var reader = new DemoReader(stream);
            while (await DemoRequest.Read(reader, stream).ConfigureAwait(false) is { } request)
            {
                // A request that has begun gets a response, also during shutdown.
                connection.IsBusy = true;
                bool keeps = request.KeepAlive && !_isStopping;
                byte[] response = request.IsHealthCheck ? request.Healthy(keeps) : request.Respond(Name, Interlocked.Increment(ref _requests), keeps);
                await stream.WriteAsync(response).ConfigureAwait(false);
                connection.IsBusy = false;
                if (!keeps)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            // The client closed, or sent no valid HTTP: the connection is closed.
        }
        finally
        {
            connection.End();
            _open.TryRemove(connection, out _);
        }
    }

    /// <summary>A client connection.</summary>
    private sealed class Connection
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Connection(Socket socket)
        {
            Socket = socket;
            socket.NoDelay = true;
        }

        public Socket Socket { get; }

        /// <summary>True while a response is being sent.</summary>
        public volatile bool IsBusy;

        public void End() => _end.TrySetResult();

        /// <summary>Closes it once it is idle.</summary>
        public Task StopAsync()
        {
            if (!IsBusy)
            {
                try
                {
                    // A pending read returns the end of the stream; data received before is still read and gets a response.
                    Socket.Shutdown(SocketShutdown.Receive);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // Already closed.
                }
            }
            return _end.Task;
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Carousel.Control.Supervision;

namespace Carousel.Demo;

/// <summary>A small HTTP server that tells who it is. For demonstrations only.</summary>
internal sealed class DemoServer : IDisposable
{
    private readonly Socket _listener;
    private readonly ConcurrentDictionary<Connection, bool> _open = [];
    private volatile bool _isLeaving;
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

    /// <summary>Takes no more connections, finishes the requests in flight, and closes connections that have none; what is not finished by then ends with the process.</summary>
    public async Task LeaveAsync(TimeSpan atMost)
    {
        _isLeaving = true;
        _listener.Dispose();
        var limit = Task.Delay(atMost);
        // Again for those that were accepted meanwhile.
        while (!_open.IsEmpty && !limit.IsCompleted)
        {
            await Task.WhenAny(Task.WhenAll(_open.Keys.Select(connection => connection.LeaveAsync())), limit).ConfigureAwait(false);
        }
    }

    /// <summary>Takes no more connections; those that are open end with the process.</summary>
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
                // The client was gone before it was accepted: on to the next.
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
                // One that has begun is answered, whoever leaves meanwhile.
                connection.IsBusy = true;
                bool keeps = request.KeepAlive && !_isLeaving;
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
            // The client left, or spoke no HTTP: closing is the answer.
        }
        finally
        {
            connection.End();
            _open.TryRemove(connection, out _);
        }
    }

    /// <summary>A client's.</summary>
    private sealed class Connection
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Connection(Socket socket)
        {
            Socket = socket;
            socket.NoDelay = true;
        }

        public Socket Socket { get; }

        /// <summary>True while a request is answered.</summary>
        public volatile bool IsBusy;

        public void End() => _end.TrySetResult();

        /// <summary>Ends it once it has nothing to answer.</summary>
        public Task LeaveAsync()
        {
            if (!IsBusy)
            {
                try
                {
                    // What waits for a request reads the end of it; what was received before is still there to be read and answered.
                    Socket.Shutdown(SocketShutdown.Receive);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // It has ended.
                }
            }
            return _end.Task;
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Probes;

/// <summary>A connection to one address of a server, for a probe: opened, and then the probe's, within one timeout. To be disposed by whoever began it.</summary>
internal sealed class ConnectAttempt : IDisposable
{
    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenSource _either;
    private Socket? _socket;

    /// <summary>Begins to connect.</summary>
    /// <param name="endPoint">Where to.</param>
    /// <param name="timeout">For the connection and what is done with it.</param>
    /// <param name="time">The clock that it goes by.</param>
    /// <param name="stop">Ends it before.</param>
    public ConnectAttempt(IPEndPoint endPoint, TimeSpan timeout, TimeProvider time, CancellationToken stop)
    {
        EndPoint = endPoint;
        _timeout = new CancellationTokenSource(timeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(stop, _timeout.Token);
        Ended = ConnectAsync();
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Done when it is connected or has failed; never fails itself.</summary>
    public Task Ended { get; }

    /// <summary>Why it failed; none once it is connected.</summary>
    public FailureReason Reason { get; private set; }

    /// <summary>The connection. Only if there is no <see cref="Reason"/> against it.</summary>
    public Socket Socket => _socket!;

    /// <summary>The time is over.</summary>
    public CancellationToken Stop => _either.Token;

    public void Dispose()
    {
        _either.Cancel();
        _socket?.Dispose();
        _either.Dispose();
        _timeout.Dispose();
    }

    private async Task ConnectAsync()
    {
        try
        {
            _socket = new Socket(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await _socket.ConnectAsync(EndPoint, Stop).ConfigureAwait(false);
            // Where nothing listens on a port of this machine, the kernel may take that very port for our end: we would be talking to ourselves.
            Reason = Equals(_socket.LocalEndPoint, _socket.RemoteEndPoint) ? FailureReason.ConnectRefused : FailureReason.None;
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            Reason = FailureReason.ConnectTimeout;
        }
        catch (SocketException e)
        {
            Reason = ReasonOf(e.SocketErrorCode);
        }
    }

    private FailureReason ReasonOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => FailureReason.ConnectRefused,
        SocketError.TimedOut => FailureReason.ConnectTimeout,
        // No descriptors or memory left here: says nothing about the server.
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => FailureReason.OutOfResources,
        // Nor do ports; but it may also mean that no address of ours leads there.
        SocketError.AddressNotAvailable when HasRoute(EndPoint) => FailureReason.OutOfResources,
        // Among them a kind of address that this machine does not speak.
        _ => FailureReason.ConnectFailed,
    };

    /// <summary>As the engine's transport finds out: a datagram socket needs a route and an address of ours, too, sends nothing, and has ports of its own.</summary>
    private static bool HasRoute(IPEndPoint endPoint)
    {
        try
        {
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(endPoint);
            return true;
        }
        catch (SocketException e)
        {
            // Out of descriptors, or of those ports: then it is not known, and not the server's fault.
            return e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.WouldBlock;
        }
    }
}

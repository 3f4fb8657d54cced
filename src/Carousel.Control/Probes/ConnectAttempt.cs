using System.Net;
using System.Net.Sockets;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Probes;

/// <summary>A connection to one address of a server for a probe, with one timeout for connecting and probing. The creator disposes it.</summary>
internal sealed class ConnectAttempt : IDisposable
{
    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenSource _either;
    private Socket? _socket;

    /// <summary>Starts to connect.</summary>
    /// <param name="endPoint">The address.</param>
    /// <param name="timeout">For connecting and the probe on the connection.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Cancels it earlier.</param>
    public ConnectAttempt(IPEndPoint endPoint, TimeSpan timeout, TimeProvider time, CancellationToken stop)
    {
        EndPoint = endPoint;
        _timeout = new CancellationTokenSource(timeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(stop, _timeout.Token);
        Ended = ConnectAsync();
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Completes when it is connected or has failed; never fails itself.</summary>
    public Task Ended { get; }

    /// <summary>Why it failed; None once connected.</summary>
    public FailureReason Reason { get; private set; }

    /// <summary>The connected socket. Only if <see cref="Reason"/> is None.</summary>
    public Socket Socket => _socket!;

    /// <summary>Cancelled when the timeout expires, or earlier by the caller.</summary>
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
            // If nothing listens on a local port, the kernel may assign that port to our end: a self-connect.
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
        // Out of descriptors or memory here: no evidence about the server.
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => FailureReason.OutOfResources,
        // Local ports may be exhausted, which is no evidence either; or no local address has a route there.
        SocketError.AddressNotAvailable when HasRoute(EndPoint) => FailureReason.OutOfResources,
        // Including an address family that this machine does not support.
        _ => FailureReason.ConnectFailed,
    };

    /// <summary>Same check as the engine's transport: a datagram socket also needs a route and a local address, sends nothing, and has its own ports.</summary>
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
            // Out of descriptors or UDP ports: unknown, and not attributed to the server.
            return e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.WouldBlock;
        }
    }
}

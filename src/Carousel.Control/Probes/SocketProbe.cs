using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Carousel.Core.Health;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Probes;

/// <summary>Probes a server once. Null if it was not the server that could not be asked, but we that could not ask.</summary>
/// <param name="server">Which.</param>
/// <param name="endPoints">Its addresses.</param>
/// <param name="mustAnswer">That it takes a connection is not enough.</param>
/// <param name="stop">Ends the probe.</param>
public delegate Task<ProbeResult?> ProbeServer(Server server, ImmutableArray<IPEndPoint> endPoints, bool mustAnswer, CancellationToken stop);

/// <summary>
/// Probes over a connection of its own: it is taken, and, with <see cref="HealthOptions.Path"/>, a GET on it is answered as expected. Addresses are
/// tried as requests do: in their order, until one takes the connection. Any thread, concurrently.
/// </summary>
public sealed class SocketProbe(HealthOptions options, TimeProvider time)
{
    /// <inheritdoc cref="ProbeServer"/>
    public async Task<ProbeResult?> ProbeAsync(Server server, ImmutableArray<IPEndPoint> endPoints, bool mustAnswer, CancellationToken stop)
    {
        ProbeResult? result = null;
        foreach (IPEndPoint endPoint in endPoints)
        {
            using var timeout = new CancellationTokenSource(options.Timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
            try
            {
                using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                result = await ConnectAsync(socket, endPoint, either.Token).ConfigureAwait(false);
                bool connected = result.Value.IsGood;
                if (connected && options.Path is not null)
                {
                    result = await AskAsync(socket, server, either.Token).ConfigureAwait(false);
                }
                else if (connected && mustAnswer)
                {
                    result = await PingAsync(socket, server, either.Token).ConfigureAwait(false);
                }
                // Being stopped looks like a timeout to what is under way.
                stop.ThrowIfCancellationRequested();
                if (connected)
                {
                    return result;
                }
            }
            catch (SocketException e) when (IsOurs(e.SocketErrorCode))
            {
                return null;
            }
            catch (SocketException)
            {
                // A kind of address that this machine does not speak.
                result = ProbeResult.Failed(FailureReason.ConnectFailed);
            }
        }
        return result;
    }

    private static async Task<ProbeResult> ConnectAsync(Socket socket, IPEndPoint endPoint, CancellationToken stop)
    {
        try
        {
            await socket.ConnectAsync(endPoint, stop).ConfigureAwait(false);
            // Where nothing listens on a port of this machine, the kernel may take that very port for our end: we would be talking to ourselves.
            return Equals(socket.LocalEndPoint, socket.RemoteEndPoint) ? ProbeResult.Failed(FailureReason.ConnectRefused) : ProbeResult.Good;
        }
        catch (OperationCanceledException)
        {
            return ProbeResult.Failed(FailureReason.ConnectTimeout);
        }
        catch (SocketException e) when (!IsOurs(e.SocketErrorCode))
        {
            return ProbeResult.Failed(e.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => FailureReason.ConnectRefused,
                SocketError.TimedOut => FailureReason.ConnectTimeout,
                _ => FailureReason.ConnectFailed,
            });
        }
    }

    private async Task<ProbeResult> AskAsync(Socket socket, Server server, CancellationToken stop)
    {
        byte[] buffer = new byte[ProbeAnswer.MaxBytes];
        int length = 0;
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(Request(options, server)), stop).ConfigureAwait(false);
            while (true)
            {
                int received = await socket.ReceiveAsync(buffer.AsMemory(length), stop).ConfigureAwait(false);
                length += received;
                bool ended = received == 0 || length == buffer.Length;
                if (ProbeAnswer.Judge(buffer.AsSpan(0, length), ended, options) is { } verdict)
                {
                    return verdict;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return ProbeResult.Failed(FailureReason.AnswerTimeout);
        }
        catch (SocketException)
        {
            return ProbeResult.Failed(FailureReason.ServerClosed);
        }
    }

    /// <summary>Whether anybody is there at all: whatever it answers will do, even its end.</summary>
    private static async Task<ProbeResult> PingAsync(Socket socket, Server server, CancellationToken stop)
    {
        try
        {
            // RFC 9110 section 9.3.7: "OPTIONS *" is "only useful as a 'ping' or 'no-op' type of method".
            await socket.SendAsync(Encoding.UTF8.GetBytes(Head("OPTIONS *", server.Entry.Address.ToString())), stop).ConfigureAwait(false);
            await socket.ReceiveAsync(new byte[1], stop).ConfigureAwait(false);
            return ProbeResult.Good;
        }
        catch (OperationCanceledException)
        {
            return ProbeResult.Failed(FailureReason.AnswerTimeout);
        }
        catch (SocketException)
        {
            return ProbeResult.Good;
        }
    }

    internal static string Request(HealthOptions options, Server server) =>
        Head($"GET {options.Path}", options.Host ?? server.Entry.Address.ToString());

    private static string Head(string methodAndTarget, string host) =>
        $"{methodAndTarget} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: carousel-health\r\nAccept: */*\r\nConnection: close\r\n\r\n";

    /// <summary>No descriptors, memory or ports left here: says nothing about the server.</summary>
    private static bool IsOurs(SocketError error) =>
        error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.AddressNotAvailable;
}

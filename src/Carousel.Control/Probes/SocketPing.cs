using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Carousel.Core.Health;
using Carousel.Core.Servers;

namespace Carousel.Control.Probes;

/// <summary>Checks that a server responds at all, without a time limit. True once it has responded; false if it can't be pinged.</summary>
/// <param name="server">The server.</param>
/// <param name="endPoints">Its addresses.</param>
/// <param name="stop">Ends the wait.</param>
public delegate Task<bool> PingServer(Server server, ImmutableArray<IPEndPoint> endPoints, CancellationToken stop);

/// <summary>
/// Sends <c>OPTIONS *</c> on a connection of its own: any response counts, even a close. It is for a suspect server that may only be busy, so it waits
/// without a limit and uses one entry of the server's accept queue, which may be short and in which each further probe would take another. TCP
/// keep-alive detects a dead machine meanwhile. Any thread, concurrently.
/// </summary>
public sealed class SocketPing(HealthOptions options, TimeProvider time)
{
    /// <inheritdoc cref="PingServer"/>
    public async Task<bool> PingAsync(Server server, ImmutableArray<IPEndPoint> endPoints, CancellationToken stop)
    {
        using var race = new ConnectRace(server, endPoints, options.Timeout, time);
        if (await race.RunAsync(stop).ConfigureAwait(false) is not { } connected)
        {
            // Probes report the cause.
            return false;
        }
        try
        {
            KeepAlive(connected.Socket);
            // RFC 9110 section 9.3.7: "OPTIONS *" is "only useful as a 'ping' or 'no-op' type of method".
            string ping = SocketProbe.Head("OPTIONS *", server.Entry.Address.ToString());
            await connected.Socket.SendAsync(Encoding.UTF8.GetBytes(ping), connected.Stop).ConfigureAwait(false);
            await connected.Socket.ReceiveAsync(new byte[1], stop).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
        }
        return false;
    }

    /// <summary>Ends the wait for a dead machine after about the time probes would take to detect it.</summary>
    private void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Seconds(options.Interval));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Seconds(options.Timeout));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Math.Min(options.Fall, 10));
    }

    /// <summary>The kernel counts whole seconds, up to 32767.</summary>
    private static int Seconds(TimeSpan time) => (int)Math.Clamp(Math.Ceiling(time.TotalSeconds), 1, short.MaxValue);
}

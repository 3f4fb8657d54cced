using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Carousel.Core.Health;
using Carousel.Core.Pool;

namespace Carousel.Control.Probes;

/// <summary>Asks a server whether anybody is there, and waits for as long as it takes. True once it has answered; false if it can't be asked.</summary>
/// <param name="server">Which.</param>
/// <param name="endPoints">Its addresses.</param>
/// <param name="stop">Ends the wait.</param>
public delegate Task<bool> PingServer(Server server, ImmutableArray<IPEndPoint> endPoints, CancellationToken stop);

/// <summary>
/// <c>OPTIONS *</c> on a connection of its own: whatever is answered will do, even the connection's end. It is for a server that owes answers and may only be
/// busy: so it waits without a limit, in one place of the server's accept queue, which may have few, and in which each further probe would take another. That the
/// machine is still there, the kernels find out between themselves meanwhile (TCP keep-alive). Any thread, concurrently.
/// </summary>
public sealed class SocketPing(HealthOptions options, TimeProvider time)
{
    /// <inheritdoc cref="PingServer"/>
    public async Task<bool> PingAsync(Server server, ImmutableArray<IPEndPoint> endPoints, CancellationToken stop)
    {
        using var race = new ConnectRace(server, endPoints, options.Timeout, time);
        if (await race.RunAsync(stop).ConfigureAwait(false) is not { } connected)
        {
            // Probes find out what is the matter.
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

    /// <summary>The silence of a machine that is gone ends the wait after about as long as probes would take to say so.</summary>
    private void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Seconds(options.Interval));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Seconds(options.Timeout));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Math.Min(options.Fall, 10));
    }

    /// <summary>The kernel counts in whole seconds, up to 32767 of them.</summary>
    private static int Seconds(TimeSpan time) => (int)Math.Clamp(Math.Ceiling(time.TotalSeconds), 1, short.MaxValue);
}

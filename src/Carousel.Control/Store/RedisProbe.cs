using System.Net;
using System.Net.Sockets;

namespace Carousel.Control.Store;

/// <summary>What listens on a port of this machine.</summary>
internal enum PortUser : byte
{
    /// <summary>Nothing: connections are refused.</summary>
    Nobody,

    /// <summary>Something that answers as Redis does.</summary>
    Redis,

    /// <summary>Something else, or something that does not answer.</summary>
    Other,
}

/// <summary>Asks what listens on a port of this machine.</summary>
internal static class RedisProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>Tries 127.0.0.1, then ::1; gives the address that answered.</summary>
    public static async Task<(PortUser User, IPAddress At)> AskAsync(int port, CancellationToken stop)
    {
        PortUser user = await AskAsync(IPAddress.Loopback, port, stop).ConfigureAwait(false);
        if (user != PortUser.Nobody || !Socket.OSSupportsIPv6)
        {
            return (user, IPAddress.Loopback);
        }
        user = await AskAsync(IPAddress.IPv6Loopback, port, stop).ConfigureAwait(false);
        return (user, user == PortUser.Nobody ? IPAddress.Loopback : IPAddress.IPv6Loopback);
    }

    private static async Task<PortUser> AskAsync(IPAddress address, int port, CancellationToken stop)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        try
        {
            await socket.ConnectAsync(address, port, limit.Token).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return PortUser.Nobody;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return PortUser.Other;
        }
        try
        {
            await socket.SendAsync("*1\r\n$4\r\nPING\r\n"u8.ToArray(), limit.Token).ConfigureAwait(false);
            byte[] response = new byte[64];
            int length = await socket.ReceiveAsync(response, limit.Token).ConfigureAwait(false);
            return IsRedis(response.AsSpan(0, length)) ? PortUser.Redis : PortUser.Other;
        }
        catch (Exception e) when (e is SocketException || e is OperationCanceledException && !stop.IsCancellationRequested)
        {
            return PortUser.Other;
        }
    }

    /// <summary>+PONG, or an error that begins with its code: -NOAUTH, -DENIED, -LOADING, -ERR.</summary>
    internal static bool IsRedis(ReadOnlySpan<byte> response) =>
        response.StartsWith("+PONG\r\n"u8) || response.Length > 4 && response[0] == (byte)'-' && !response[1..4].ContainsAnyExceptInRange((byte)'A', (byte)'Z');
}

using System.Net;
using System.Net.Sockets;

namespace Carousel.Control.Store.Client;

/// <summary>What listens on a local port.</summary>
internal enum PortUser : byte
{
    /// <summary>Nothing: connections are refused.</summary>
    None,

    /// <summary>A server that responds as Redis does.</summary>
    Redis,

    /// <summary>Another program, or one that does not respond.</summary>
    Other,
}

/// <summary>Detects what listens on a local port.</summary>
internal static class RedisProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>Tries 127.0.0.1, then ::1; returns the address that responded.</summary>
    public static async Task<(PortUser User, IPAddress At)> AskAsync(int port, CancellationToken stop)
    {
        PortUser user = await AskAsync(IPAddress.Loopback, port, stop).ConfigureAwait(false);
        if (user != PortUser.None || !Socket.OSSupportsIPv6)
        {
            return (user, IPAddress.Loopback);
        }
        user = await AskAsync(IPAddress.IPv6Loopback, port, stop).ConfigureAwait(false);
        return (user, user == PortUser.None ? IPAddress.Loopback : IPAddress.IPv6Loopback);
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
            return PortUser.None;
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

    /// <summary>+PONG, or an error that starts with its code: -NOAUTH, -DENIED, -LOADING, -ERR.</summary>
    internal static bool IsRedis(ReadOnlySpan<byte> response) =>
        response.StartsWith("+PONG\r\n"u8) || response.Length > 4 && response[0] == (byte)'-' && !response[1..4].ContainsAnyExceptInRange((byte)'A', (byte)'Z');
}

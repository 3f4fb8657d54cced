using System.Net;
using System.Net.Sockets;

namespace Carousel.Control.Discovery;

/// <summary>Looks a name up. Fails with <see cref="SocketException"/> as <see cref="Dns"/> does.</summary>
public delegate Task<IPAddress[]> ResolveName(string host, CancellationToken stop);

/// <summary>The resolver of the operating system (getaddrinfo): why this one, docs/decisions/0003-name-resolution.md says.</summary>
public static class SystemResolver
{
    /// <inheritdoc cref="ResolveName"/>
    public static Task<IPAddress[]> Resolve(string host, CancellationToken stop) => Dns.GetHostAddressesAsync(host, stop);

    /// <summary>Calls a resolver and makes a value of whatever happens, but for being stopped.</summary>
    internal static async Task<Resolution> Ask(ResolveName resolve, string host, CancellationToken stop)
    {
        try
        {
            IPAddress[] addresses = await resolve(host, stop).ConfigureAwait(false);
            return addresses.Length == 0 ? Resolution.NotFound : Resolution.Found(addresses);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return Resolution.NotFound;
        }
        catch (SocketException e)
        {
            return Resolution.Failure(e.SocketErrorCode.ToString());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever else a resolver throws must not end the loop that asks it: the name would never be looked up again.
            return Resolution.Failure(e.GetType().Name);
        }
    }
}

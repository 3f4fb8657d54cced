using System.Net;
using System.Net.Sockets;

namespace Carousel.Control.Discovery;

/// <summary>Looks a name up. Fails with <see cref="SocketException"/> as <see cref="Dns"/> does.</summary>
public delegate Task<IPAddress[]> ResolveName(string host, CancellationToken stop);

/// <summary>The resolver of the operating system (getaddrinfo); docs/decisions/0003-name-resolution.md explains the choice.</summary>
public static class SystemResolver
{
    /// <inheritdoc cref="ResolveName"/>
    public static Task<IPAddress[]> Resolve(string host, CancellationToken stop) => Dns.GetHostAddressesAsync(host, stop);

    /// <summary>Calls a resolver and converts exceptions into a result, except cancellation.</summary>
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
            // No other exception of a resolver may end the lookup loop: the name would never be looked up again.
            return Resolution.Failure(e.GetType().Name);
        }
    }
}

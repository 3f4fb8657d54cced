using System.Net;
using System.Net.Sockets;

namespace Carousel.Hosting;

/// <summary>URLs of listeners of this process. Pure.</summary>
internal static class Link
{
    /// <summary>The URL on this machine, without a trailing slash. A wildcard address can't be connected to, so localhost is used.</summary>
    public static string Of(IPAddress address, int port) =>
        IsWildcard(address) ? $"http://localhost:{port}"
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"http://[{address}]:{port}"
        : $"http://{address}:{port}";

    /// <inheritdoc cref="Of(IPAddress, int)"/>
    public static string Of(IPEndPoint endPoint) => Of(endPoint.Address, endPoint.Port);

    /// <summary>True if it means all addresses of this machine.</summary>
    public static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.IPv6Any) || IsIPv4Wildcard(address);

    /// <summary>True if it means all IPv4 addresses of this machine, and no others.</summary>
    public static bool IsIPv4Wildcard(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).Equals(IPAddress.Any);
}

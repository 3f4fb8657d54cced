using System.Net;
using System.Net.Sockets;

namespace Carousel;

/// <summary>URLs of what listens here, for people to follow. Pure.</summary>
internal static class Link
{
    /// <summary>How this machine reaches it, without a slash at the end. A wildcard listens everywhere, but is no address to go to: localhost is.</summary>
    public static string Of(IPAddress address, int port) =>
        IsWildcard(address) ? $"http://localhost:{port}"
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"http://[{address}]:{port}"
        : $"http://{address}:{port}";

    /// <inheritdoc cref="Of(IPAddress, int)"/>
    public static string Of(IPEndPoint endPoint) => Of(endPoint.Address, endPoint.Port);

    /// <summary>True if it stands for all addresses of this machine.</summary>
    public static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.IPv6Any) || IsIPv4Wildcard(address);

    /// <summary>True if it stands for all IPv4 addresses of this machine, and for no other.</summary>
    public static bool IsIPv4Wildcard(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).Equals(IPAddress.Any);
}

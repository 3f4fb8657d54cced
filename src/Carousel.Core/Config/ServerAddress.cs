namespace Carousel.Core.Config;

/// <summary>The configured address of a server: a host (a name, an IPv4 address, or an IPv6 address without brackets) and a port.</summary>
/// <param name="Host">Lower-case name or canonical address text, without brackets.</param>
/// <param name="Port">1 to 65535.</param>
public readonly record struct ServerAddress(string Host, int Port)
{
    /// <summary>True if <see cref="Host"/> is an IPv6 address.</summary>
    public bool IsIPv6 => Host.Contains(':');

    /// <summary>The canonical URL, always with its port: the source of the server's id, and its display form.</summary>
    public string Url => $"http://{this}";

    /// <summary><c>host:port</c>, IPv6 in brackets, as in a URL or a Host field.</summary>
    public override string ToString() => IsIPv6 ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

namespace Carousel.Core.Config;

/// <summary>Where a server listens, as written: a host (a name, an IPv4 or an IPv6 address without brackets) and a port.</summary>
/// <param name="Host">Lower-case name, or the address in its canonical text form, without brackets.</param>
/// <param name="Port">1 to 65535.</param>
public readonly record struct ServerAddress(string Host, int Port)
{
    /// <summary>True if <see cref="Host"/> is an IPv6 address.</summary>
    public bool IsIPv6 => Host.Contains(':');

    /// <summary>The canonical URL, always with its port: what a server's id is made of and what people are shown.</summary>
    public string Url => $"http://{this}";

    /// <summary><c>host:port</c>, IPv6 in brackets: what stands in a URL or a Host field.</summary>
    public override string ToString() => IsIPv6 ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

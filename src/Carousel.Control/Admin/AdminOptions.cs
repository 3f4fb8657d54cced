using System.Net;

namespace Carousel.Control.Admin;

/// <summary>Where the admin server listens, and its token. Immutable.</summary>
/// <param name="EndPoint">Address and port; port 0 lets the system choose.</param>
public sealed record AdminOptions(IPEndPoint EndPoint)
{
    /// <summary>The default.</summary>
    public static AdminOptions Default { get; } = new(new IPEndPoint(IPAddress.Loopback, 7778));

    /// <summary>Minimum length of a token: shorter ones could be guessed.</summary>
    public const int MinToken = 16;

    /// <summary>The token that clients must send; null if any client on this machine is accepted. Never display it.</summary>
    public string? Token { get; init; }

    /// <summary>True if only this machine can reach it.</summary>
    public bool IsLocal => IPAddress.IsLoopback(EndPoint.Address);

    /// <inheritdoc/>
    public override string ToString() => EndPoint.ToString();
}

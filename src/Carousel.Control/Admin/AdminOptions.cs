using System.Net;

namespace Carousel.Control.Admin;

/// <summary>Where the admin side listens, and who may use it. Immutable.</summary>
/// <param name="EndPoint">Address and port; port 0 lets the system choose.</param>
public sealed record AdminOptions(IPEndPoint EndPoint)
{
    /// <summary>What there is without a word.</summary>
    public static AdminOptions Default { get; } = new(new IPEndPoint(IPAddress.Loopback, 7778));

    /// <summary>Fewer characters than this could be guessed.</summary>
    public const int MinToken = 16;

    /// <summary>What whoever asks must know; null if everybody on this machine may ask. Never to be shown.</summary>
    public string? Token { get; init; }

    /// <summary>True if only this machine reaches it.</summary>
    public bool IsLocal => IPAddress.IsLoopback(EndPoint.Address);

    /// <inheritdoc/>
    public override string ToString() => EndPoint.ToString();
}

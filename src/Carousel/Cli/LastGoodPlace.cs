namespace Carousel.Cli;

/// <summary>Where the last good list of servers is kept.</summary>
/// <param name="File">The file; null for the one that the folder for data has.</param>
/// <param name="IsOff">True for nowhere.</param>
internal sealed record LastGoodPlace(string? File, bool IsOff = false)
{
    /// <summary>Nowhere.</summary>
    public static LastGoodPlace Off { get; } = new(null, IsOff: true);
}

namespace Carousel.Cli;

/// <summary>Where the last good list of servers is kept.</summary>
/// <param name="File">The file; null for the default one in the data folder.</param>
/// <param name="IsOff">True if it is not kept.</param>
internal sealed record LastGoodPlace(string? File, bool IsOff = false)
{
    /// <summary>Not kept.</summary>
    public static LastGoodPlace Off { get; } = new(null, IsOff: true);
}

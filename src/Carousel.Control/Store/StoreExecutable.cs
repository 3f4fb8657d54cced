namespace Carousel.Control.Store;

/// <summary>Where the store's executable is.</summary>
internal static class StoreExecutable
{
    private const string Name = "carousel-store";

    /// <summary>The path, or null where there is none.</summary>
    /// <param name="home">The directory of our own executable.</param>
    /// <param name="exists">Whether there is such a file.</param>
    public static string? Find(string home, Func<string, bool> exists)
    {
        string directory = Path.TrimEndingDirectorySeparator(home);
        string[] places =
        [
            Path.Combine(directory, Name),
            Path.Combine(directory, "store", Name),
            // Before anything is published: artifacts/bin/Carousel/release and artifacts/bin/Carousel.Store/release.
            Path.Combine(directory, "..", "..", "Carousel.Store", Path.GetFileName(directory), Name),
        ];
        return Array.Find(places, place => exists(place)) is { } found ? Path.GetFullPath(found) : null;
    }
}

namespace Carousel.Control.Store.Embedded;

/// <summary>Locates the store's executable.</summary>
internal static class StoreExecutable
{
    private const string Name = "carousel-store";

    /// <summary>The path, or null if there is none.</summary>
    /// <param name="home">The directory of the balancer's executable.</param>
    /// <param name="exists">Whether a file exists.</param>
    public static string? Find(string home, Func<string, bool> exists)
    {
        string directory = Path.TrimEndingDirectorySeparator(home);
        string[] places =
        [
            Path.Combine(directory, Name),
            Path.Combine(directory, "store", Name),
            // Unpublished builds: artifacts/bin/Carousel/release and artifacts/bin/Carousel.Store/release.
            Path.Combine(directory, "..", "..", "Carousel.Store", Path.GetFileName(directory), Name),
        ];
        return Array.Find(places, place => exists(place)) is { } found ? Path.GetFullPath(found) : null;
    }
}

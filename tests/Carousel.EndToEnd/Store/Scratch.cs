namespace Carousel.EndToEnd.Store;

/// <summary>A directory that is gone afterwards.</summary>
internal sealed class Scratch : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("carousel-store-test").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

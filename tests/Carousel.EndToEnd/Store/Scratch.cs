namespace Carousel.EndToEnd.Store;

/// <summary>A temporary directory, deleted when disposed.</summary>
internal sealed class Scratch : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("carousel-store-test").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

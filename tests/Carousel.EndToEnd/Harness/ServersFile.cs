namespace Carousel.EndToEnd.Harness;

/// <summary>A servers.txt in a directory of its own.</summary>
internal sealed class ServersFile : IDisposable
{
    private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("carousel-test-");

    public ServersFile(params string[] lines)
    {
        Path = System.IO.Path.Combine(_directory.FullName, "servers.txt");
        File.WriteAllText(Path, string.Concat(lines.Select(line => line + "\n")));
    }

    public string Path { get; }

    public string Directory => _directory.FullName;

    public void Dispose() => _directory.Delete(recursive: true);
}

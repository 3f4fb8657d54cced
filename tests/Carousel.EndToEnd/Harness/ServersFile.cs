namespace Carousel.EndToEnd.Harness;

/// <summary>A servers.txt in its own directory.</summary>
internal sealed class ServersFile : IDisposable
{
    private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("carousel-test-");
    private int _volume;

    public ServersFile(params string[] lines)
    {
        Path = System.IO.Path.Combine(_directory.FullName, "servers.txt");
        Write(lines);
    }

    public string Path { get; }

    public string Directory => _directory.FullName;

    /// <summary>Writes like a shell: truncates the file, then writes it.</summary>
    public void Write(params string[] lines) => File.WriteAllText(Path, Text(lines));

    /// <summary>Writes like most editors: a new file is renamed over the old one.</summary>
    public void Replace(params string[] lines)
    {
        string next = Path + ".swp";
        File.WriteAllText(next, Text(lines));
        File.Move(next, Path, overwrite: true);
    }

    /// <summary>Writes like a Kubernetes volume: the file is a link into <c>..data</c>, a link to a folder that is replaced atomically.</summary>
    public void Exchange(params string[] lines)
    {
        string folder = $"..volume-{_volume++}";
        File.WriteAllText(System.IO.Path.Combine(_directory.CreateSubdirectory(folder).FullName, "servers.txt"), Text(lines));
        Link("..data", folder);
        if (File.ResolveLinkTarget(Path, returnFinalTarget: false) is null)
        {
            Link("servers.txt", "..data/servers.txt");
        }
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static string Text(string[] lines) => string.Concat(lines.Select(line => line + "\n"));

    /// <summary>Replaces a file by a link atomically. (The runtime cannot move a link over another link to a folder.)</summary>
    private void Link(string name, string target)
    {
        string next = System.IO.Path.Combine(Directory, "..next");
        File.CreateSymbolicLink(next, target);
        if (Posix.Rename(next, System.IO.Path.Combine(Directory, name)) != 0)
        {
            throw new IOException($"{name} can't be replaced");
        }
    }
}

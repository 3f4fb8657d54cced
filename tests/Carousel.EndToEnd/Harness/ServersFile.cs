namespace Carousel.EndToEnd.Harness;

/// <summary>A servers.txt in a directory of its own.</summary>
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

    /// <summary>As a shell does: what was there is cut off, then comes the new.</summary>
    public void Write(params string[] lines) => File.WriteAllText(Path, Text(lines));

    /// <summary>As most editors do: a new file is given the old one's name.</summary>
    public void Replace(params string[] lines)
    {
        string next = Path + ".swp";
        File.WriteAllText(next, Text(lines));
        File.Move(next, Path, overwrite: true);
    }

    /// <summary>As Kubernetes does with what it mounts: the file is a link into <c>..data</c>, a link to a folder, and that is exchanged.</summary>
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

    /// <summary>A link of this name, instead of what had it, at one moment. (The runtime would not move one link over another to a folder.)</summary>
    private void Link(string name, string target)
    {
        string next = System.IO.Path.Combine(Directory, "..next");
        File.CreateSymbolicLink(next, target);
        if (Posix.Rename(next, System.IO.Path.Combine(Directory, name)) != 0)
        {
            throw new IOException($"{name} can't be exchanged");
        }
    }
}

using System.Text;
using Carousel.Core.Config;
using Carousel.Core.Policies;

namespace Carousel.Files;

/// <summary>
/// A copy of the last good list of servers (<c>--last-good</c>), so that a balancer can start while their file is bad. Its first line names that file: the copy of another
/// file is never used. Any thread; one writer at a time.
/// </summary>
/// <param name="path">The path of the copy.</param>
/// <param name="servers">The path of the file of the servers, as given.</param>
internal sealed class LastGoodFile(string path, string servers)
{
    private const string Beginning = "# Written by carousel: the last good list of ";

    private readonly string _firstLine = Beginning + string.Concat(System.IO.Path.GetFullPath(servers).Select(c => char.IsControl(c) ? '?' : c));

    public string Path => path;

    /// <summary>When it was written, as text.</summary>
    public string Time => $"{File.GetLastWriteTimeUtc(path):yyyy-MM-ddTHH:mm:ssZ}";

    /// <summary>The copy in a folder that has copies of other files, too.</summary>
    public static LastGoodFile In(string folder, string servers)
    {
        // A cryptographic hash would require OpenSSL at the start. On a collision the first line tells the files apart.
        ulong hash = KeyHash.Of(Encoding.UTF8.GetBytes(System.IO.Path.GetFullPath(servers)));
        return new LastGoodFile(System.IO.Path.Combine(folder, $"last-good-{hash:x16}.txt"), servers);
    }

    /// <summary>The list; null with the reason.</summary>
    public ServersFile? Read(out string whyNot)
    {
        ServersText found = ServersFileReader.Read(path);
        string first = found.Text?.Split('\n', 2)[0] ?? "";
        ServersFile list = found.Parse();
        whyNot = found.Text is null ? $"{path}: {found.Failure}"
            : !first.StartsWith(Beginning, StringComparison.Ordinal) ? $"{path} was not written by carousel"
            : first != _firstLine ? $"{path} belongs to another file, {first[Beginning.Length..]}"
            : list.ErrorLines(path).FirstOrDefault() ?? "";
        return whyNot.Length == 0 ? list : null;
    }

    /// <summary>Why it can't be written, with a remedy; null if it can.</summary>
    public string? Failure()
    {
        if (File.Exists(path) && ServersFileReader.Read(path) is { Text: { } text } && !text.StartsWith(Beginning, StringComparison.Ordinal))
        {
            return $"{path} exists and was not written by carousel: name another file, or remove it";
        }
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        return Directory.Exists(path) ? $"{path} is a directory: name a file"
            : DataFolder.Failure(folder) is { } failure ? $"{path} can't be written: {failure} (name another file, or off)"
            : null;
    }

    /// <summary>Replaces it atomically: readers see the old or the new list, also after a crash.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to write it.</exception>
    public void Write(string list)
    {
        string aside = $"{path}.{Environment.ProcessId}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        try
        {
            using (var stream = new FileStream(aside, options))
            {
                stream.Write(Encoding.UTF8.GetBytes($"{_firstLine}\n{list}"));
                stream.Flush(flushToDisk: true);
            }
            File.Move(aside, path, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }
}

using System.Text;
using Carousel.Core.Config;
using Carousel.Core.Policies;

namespace Carousel;

/// <summary>
/// The last good list of servers, beside the file that it came from (<c>--last-good</c>), so that a balancer can start while that one is bad. Its first line says of which file it
/// is: another's is never used. Any thread; one writer at a time.
/// </summary>
/// <param name="path">Where it is kept.</param>
/// <param name="servers">The file of the servers, as it was named.</param>
internal sealed class LastGoodFile(string path, string servers)
{
    private const string Beginning = "# Written by carousel: the last good list of ";

    private readonly string _firstLine = Beginning + string.Concat(System.IO.Path.GetFullPath(servers).Select(c => char.IsControl(c) ? '?' : c));

    public string Path => path;

    /// <summary>When it was written, for people.</summary>
    public string Time => $"{File.GetLastWriteTimeUtc(path):yyyy-MM-ddTHH:mm:ssZ}";

    /// <summary>The one in a folder that has those of other files, too.</summary>
    public static LastGoodFile In(string folder, string servers)
    {
        // No cryptographic hash: that would make OpenSSL a condition for starting at all, and of two files with the same name the first line says whose it is.
        ulong hash = KeyHash.Of(Encoding.UTF8.GetBytes(System.IO.Path.GetFullPath(servers)));
        return new LastGoodFile(System.IO.Path.Combine(folder, $"last-good-{hash:x16}.txt"), servers);
    }

    /// <summary>The list; null with the reason why there is none.</summary>
    public ServersFile? Read(out string whyNot)
    {
        ServersText found = ServersFileReader.Read(path);
        string first = found.Text?.Split('\n', 2)[0] ?? "";
        ServersFile list = found.Parse();
        whyNot = found.Text is null ? $"{path}: {found.Failure}"
            : !first.StartsWith(Beginning, StringComparison.Ordinal) ? $"{path} was not written by carousel"
            : first != _firstLine ? $"{path} is that of another file, {first[Beginning.Length..]}"
            : list.ErrorLines(path).FirstOrDefault() ?? "";
        return whyNot.Length == 0 ? list : null;
    }

    /// <summary>Why it can't be kept there, and what to do; null if it can.</summary>
    public string? Failure()
    {
        if (File.Exists(path) && ServersFileReader.Read(path) is { Text: { } text } && !text.StartsWith(Beginning, StringComparison.Ordinal))
        {
            return $"{path} is there and was not written by carousel: name another file, or remove it";
        }
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        return Directory.Exists(path) ? $"{path} is a directory: name a file"
            : DataFolder.Failure(folder) is { } failure ? $"{path} can't be written: {failure} (name another file, or off)"
            : null;
    }

    /// <summary>Replaces it at one moment: whoever reads sees the old or the new one, also after a crash.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
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

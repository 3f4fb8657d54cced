using System.Text;
using Carousel.Core.Config;

namespace Carousel.Control.Discovery;

/// <summary>A change can't be written to servers.txt; the message says why, and what to do. Nothing has changed.</summary>
public sealed class SaveException(string message) : Exception(message);

/// <summary>
/// Writes changes of servers back to servers.txt (<c>--save</c>). The file is replaced at one moment: whoever reads it sees the old or the new one, also after a
/// crash. Any thread.
/// </summary>
/// <param name="watcher">Of the file: it is not to take our change for another's.</param>
/// <param name="path">The file.</param>
public sealed class ServersFileSaver(ServersFileWatcher watcher, string path)
{
    /// <summary>Why this file can't be written back; null if it can.</summary>
    public static string? Failure(string path)
    {
        if (new FileInfo(path).LinkTarget is { } target)
        {
            return $"{path} is a link to {target}, as a mounted ConfigMap is: it would be replaced by a file. Name the file itself, or change it where it comes from";
        }
        try
        {
            File.Delete(WriteAside(path, ""));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"a file can't be written beside {path}: {e.Message}";
        }
    }

    /// <summary>Changes the file, and the pool with it.</summary>
    /// <param name="edit">From what the file says to what it is to say.</param>
    /// <exception cref="SaveException">The file is wrong as it is, or can't be written.</exception>
    public void Save(Func<string, string> edit) => watcher.Edit(found => Edited(found, edit), Write);

    private string Edited(ServersText found, Func<string, string> edit)
    {
        if (found.Parse().ErrorLines(path).FirstOrDefault() is { } error)
        {
            throw new SaveException($"the file must be put right first: {error}");
        }
        if (found.Text!.Contains('\uFFFD'))
        {
            throw new SaveException($"{path} is not UTF-8: writing it back would change what is in it");
        }
        string edited = edit(found.Text);
        return ServersParser.Parse(edited) is { IsValid: false } wrong ? throw new SaveException($"the file would be wrong: {wrong.ErrorLines(path).First()}") : edited;
    }

    private void Write(string text)
    {
        string? aside = null;
        try
        {
            aside = WriteAside(path, text);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(aside, File.GetUnixFileMode(path));
            }
            File.Move(aside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (aside is not null)
            {
                File.Delete(aside);
            }
            throw new SaveException($"{path} can't be replaced: {e.Message} (a file that is mounted by itself can't: mount its folder)");
        }
    }

    /// <summary>A file in the same folder, so that a rename is all it takes, with this text on the disk; returns its path.</summary>
    private static string WriteAside(string path, string text)
    {
        string full = Path.GetFullPath(path);
        string aside = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Environment.ProcessId}.new");
        using var stream = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None);
        stream.Write(Encoding.UTF8.GetBytes(text));
        stream.Flush(flushToDisk: true);
        return aside;
    }
}

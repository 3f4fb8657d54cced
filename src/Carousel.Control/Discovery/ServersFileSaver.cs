using System.Text;
using Carousel.Core.Config;

namespace Carousel.Control.Discovery;

/// <summary>A change can't be written to servers.txt; the message gives the reason and the remedy. Nothing was changed.</summary>
public sealed class SaveException(string message) : Exception(message);

/// <summary>
/// Writes changes of servers back to servers.txt (<c>--save</c>). The file is replaced atomically: readers see the old or the new content, also after a
/// crash. Any thread.
/// </summary>
/// <param name="watcher">The file's watcher: it must not treat our change as an external one.</param>
/// <param name="path">The file.</param>
public sealed class ServersFileSaver(ServersFileWatcher watcher, string path)
{
    /// <summary>Why this file can't be saved; null if it can.</summary>
    public static string? Failure(string path)
    {
        if (new FileInfo(path).LinkTarget is { } target)
        {
            return $"{path} is a symbolic link to {target}, as in a mounted ConfigMap, and would be replaced by a file. Give the path of the file itself, or change it at its source";
        }
        try
        {
            File.Delete(WriteAside(path, ""));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"can't create a file next to {path}: {e.Message}";
        }
    }

    /// <summary>Changes the file, and the pool with it.</summary>
    /// <param name="edit">Returns the new content for the current one.</param>
    /// <exception cref="SaveException">The file has errors, or can't be written.</exception>
    public void Save(Func<string, string> edit) => watcher.Edit(found => Edited(found, edit), Write);

    private string Edited(ServersText found, Func<string, string> edit)
    {
        if (found.Parse().ErrorLines(path).FirstOrDefault() is { } error)
        {
            throw new SaveException($"fix the file first: {error}");
        }
        if (found.Text!.Contains('\uFFFD'))
        {
            throw new SaveException($"{path} is not UTF-8: writing it back would change what is in it");
        }
        string edited = edit(found.Text);
        return ServersParser.Parse(edited) is { IsValid: false } invalid ? throw new SaveException($"the change would make the file invalid: {invalid.ErrorLines(path).First()}") : edited;
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
            throw new SaveException($"{path} can't be replaced: {e.Message} (a file mounted on its own can't be replaced: mount its directory)");
        }
    }

    /// <summary>Writes and syncs this text to a file in the same directory, so that it can be renamed into place; returns its path.</summary>
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

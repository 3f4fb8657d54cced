using System.Text;
using Carousel.Control.Files;
using Carousel.Core.Config;

namespace Carousel.Files;

/// <summary>Reads servers.txt from the disk. A read failure is reported like an error in the file.</summary>
internal static class ServersFileReader
{
    /// <summary>Enough for tens of thousands of servers; a larger file is probably the wrong one.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Initial buffer size, enough for most files; it grows.</summary>
    private const int FirstBuffer = 4096;

    /// <summary>How long a start waits for a file: the writer of a pipe, or a file system that hangs.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    /// <summary>Reads the file for a reload: only a regular file is accepted. May block on a file system that hangs, but never on a pipe.</summary>
    public static ServersText Read(string path) => Try(() =>
    {
        byte[] bytes = RegularFile.ReadBytes(path, MaxBytes);
        return bytes.Length > MaxBytes ? TooLarge : new ServersText(Encoding.UTF8.GetString(bytes));
    });

    /// <summary>Reads the file at the start. Pipes (<c>-f /dev/stdin</c>, <c>-f &lt;(command)</c>) are accepted, if they are written within <see cref="StartLimit"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isPipe">True if it can't be read a second time.</param>
    public static ServersText ReadAtStart(string path, out bool isPipe) => ReadAtStart(path, StartLimit, out isPipe);

    /// <inheritdoc cref="ReadAtStart(string, out bool)"/>
    internal static ServersText ReadAtStart(string path, TimeSpan limit, out bool isPipe)
    {
        bool canNotSeek = false;
        ServersText Read() => Try(() =>
        {
            if (Directory.Exists(path))
            {
                return Failed("is a directory: name a file");
            }
            using FileStream stream = File.OpenRead(path);
            canNotSeek = !stream.CanSeek;
            return ReadAll(stream);
        });
        bool isDone = FileThread.TryRun(Read, limit, out ServersText text);
        isPipe = canNotSeek;
        return isDone ? text : Failed($"can't be read: waited {Durations.Format(limit)} (a pipe without a writer, or a file system that hangs?)");
    }

    private static ServersText Try(Func<ServersText> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Failed("no such file: write one with a line such as http://localhost:8000");
        }
        catch (UnauthorizedAccessException)
        {
            return Failed("permission denied");
        }
        catch (IOException e) when (e.Message.EndsWith(": name a file", StringComparison.Ordinal))
        {
            return Failed(e.Message);
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            return Failed("can't be read");
        }
    }

    private static ServersText ReadAll(FileStream stream)
    {
        byte[] bytes = new byte[FirstBuffer];
        int length = 0;
        while (true)
        {
            length += stream.ReadAtLeast(bytes.AsSpan(length), bytes.Length - length, throwOnEndOfStream: false);
            if (length > MaxBytes)
            {
                return TooLarge;
            }
            if (length < bytes.Length)
            {
                return new ServersText(Encoding.UTF8.GetString(bytes, 0, length));
            }
            Array.Resize(ref bytes, Math.Min(2 * bytes.Length, MaxBytes + 1));
        }
    }

    private static ServersText TooLarge => Failed("is larger than 1 MiB: is this the right file?");

    private static ServersText Failed(string failure) => new(null, failure);
}

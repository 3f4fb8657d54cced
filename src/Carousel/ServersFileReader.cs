using System.Text;
using Carousel.Control.Files;
using Carousel.Core.Config;

namespace Carousel;

/// <summary>Reads servers.txt from the disk; a file that can't be read gives the same kind of error as one that is wrong.</summary>
internal static class ServersFileReader
{
    /// <summary>Tens of thousands of servers; what is larger is some other file.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Most files are smaller; a buffer grows with those that are not.</summary>
    private const int FirstBuffer = 4096;

    /// <summary>How long a start waits for a file: for who writes into a pipe, and for a file system that may hang.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    /// <summary>What the file says, for who reads it again and again: only a regular file will do. May take long where a file system hangs, but waits for no writer.</summary>
    public static ServersText Read(string path) => Try(() =>
    {
        byte[] bytes = RegularFile.ReadBytes(path, MaxBytes);
        return bytes.Length > MaxBytes ? TooLarge : new ServersText(Encoding.UTF8.GetString(bytes));
    });

    /// <summary>What the file says at a start. Pipes (<c>-f /dev/stdin</c>, <c>-f &lt;(command)</c>) will do, if somebody writes to them soon.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isPipe">True if what it said can't be read a second time.</param>
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
        return isDone ? text : Failed($"can't be read: waited {Durations.Format(limit)} (a pipe that nobody writes to, or a file system that hangs?)");
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

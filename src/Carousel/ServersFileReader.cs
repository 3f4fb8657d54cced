using System.Text;
using Carousel.Core.Config;

namespace Carousel;

/// <summary>Reads servers.txt from the disk; a file that can't be read gives the same kind of error as one that is wrong.</summary>
internal static class ServersFileReader
{
    /// <summary>Tens of thousands of servers; what is larger is some other file.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Most files are smaller; a buffer grows with those that are not.</summary>
    private const int FirstBuffer = 4096;

    /// <summary>What the file says. Pipes (<c>-f /dev/stdin</c>) will do.</summary>
    public static ServersText Read(string path) => Read(path, out _);

    /// <summary>As above.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isPipe">True if what it said can't be read a second time.</param>
    public static ServersText Read(string path, out bool isPipe)
    {
        isPipe = false;
        if (Directory.Exists(path))
        {
            return Failed("is a directory: name a file");
        }
        try
        {
            using FileStream stream = File.OpenRead(path);
            isPipe = !stream.CanSeek;
            return ReadAll(stream);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Failed("no such file: write one with a line such as http://localhost:8000");
        }
        catch (UnauthorizedAccessException)
        {
            return Failed("permission denied");
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
                return Failed("is larger than 1 MiB: is this the right file?");
            }
            if (length < bytes.Length)
            {
                return new ServersText(Encoding.UTF8.GetString(bytes, 0, length));
            }
            Array.Resize(ref bytes, Math.Min(2 * bytes.Length, MaxBytes + 1));
        }
    }

    private static ServersText Failed(string trouble) => new(null, trouble);
}

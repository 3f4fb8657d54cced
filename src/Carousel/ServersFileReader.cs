using System.Text;
using Carousel.Core.Config;

namespace Carousel;

/// <summary>Reads servers.txt from the disk; a file that can't be read gives the same kind of error as one that is wrong.</summary>
internal static class ServersFileReader
{
    /// <summary>Tens of thousands of servers; what is larger is some other file.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>What the file says. Pipes (<c>-f /dev/stdin</c>) will do.</summary>
    public static ServersFile Read(string path)
    {
        if (Directory.Exists(path))
        {
            return Failed("is a directory: name a file");
        }
        try
        {
            using FileStream stream = File.OpenRead(path);
            byte[] bytes = new byte[MaxBytes + 1];
            int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > MaxBytes
                ? Failed("is larger than 1 MiB: is this the right file?")
                : ServersParser.Parse(Encoding.UTF8.GetString(bytes, 0, length));
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

    private static ServersFile Failed(string message) => new([], [new ConfigError(0, 0, message)]);
}

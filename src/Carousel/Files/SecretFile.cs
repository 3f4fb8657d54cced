using System.Text;
using Carousel.Control.Files;
using Carousel.Core.Config;

namespace Carousel.Files;

/// <summary>Reads a secret from the first line of a file.</summary>
internal static class SecretFile
{
    /// <summary>A longer first line is no secret.</summary>
    private const int MaxLength = 4096;

    /// <summary>The secret; null with a one-line error.</summary>
    /// <param name="flag">The flag that names the file.</param>
    /// <param name="file">The file.</param>
    /// <param name="what">The name of the secret in errors.</param>
    /// <param name="error">Empty on success.</param>
    public static string? Read(string flag, string file, string what, out string error)
    {
        try
        {
            if (!FileThread.TryRun(() => FirstLine(file), ServersFileReader.StartLimit, out string? line))
            {
                error = $"{flag}: {file} can't be read: waited {Durations.Format(ServersFileReader.StartLimit)} (a pipe without a writer, or a file system that hangs?)";
                return null;
            }
            error = line!.Length is > 0 and <= MaxLength ? "" : $"{flag}: {file} has no {what} in its first line";
            return error.Length == 0 ? line : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            error = $"{flag}: {file}: no such file";
        }
        catch (UnauthorizedAccessException)
        {
            error = $"{flag}: {file}: permission denied, or a directory";
        }
        catch (IOException)
        {
            error = $"{flag}: {file} can't be read";
        }
        return null;
    }

    /// <summary>The first line, up to one character more than allowed.</summary>
    private static string FirstLine(string file)
    {
        using StreamReader reader = File.OpenText(file);
        var line = new StringBuilder();
        for (int c = reader.Read(); c is not (-1 or '\r' or '\n') && line.Length <= MaxLength; c = reader.Read())
        {
            line.Append((char)c);
        }
        return line.ToString();
    }
}

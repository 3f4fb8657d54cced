using Carousel.Core.Config;

namespace Carousel;

/// <summary>The store's password, from wherever it is given. It is never shown.</summary>
internal static class StorePassword
{
    /// <summary>Of the environment.</summary>
    public const string Variable = "CAROUSEL_STORE_PASSWORD";

    /// <summary>Longer first lines are some other file's.</summary>
    private const int MaxLength = 4096;

    /// <summary>The address with its password: its own, else the file's first line, else the environment's. Null with one line that says what is wrong.</summary>
    public static StoreAddress? Add(StoreAddress address, string? file, Func<string, string?> environment, out string error)
    {
        error = "";
        if (file is null)
        {
            string? password = environment(Variable);
            return address.Password is not null || string.IsNullOrEmpty(password) ? address : address with { Password = password };
        }
        string? line = FirstLine(file, out error);
        return line is null ? null : address with { Password = line };
    }

    private static string? FirstLine(string file, out string error)
    {
        try
        {
            using StreamReader reader = File.OpenText(file);
            string line = reader.ReadLine() ?? "";
            error = line.Length is > 0 and <= MaxLength ? "" : $"--store-password-file: {file} has no password in its first line";
            return error.Length == 0 ? line : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            error = $"--store-password-file: {file}: no such file";
        }
        catch (UnauthorizedAccessException)
        {
            error = $"--store-password-file: {file}: permission denied, or a directory";
        }
        catch (IOException)
        {
            error = $"--store-password-file: {file} can't be read";
        }
        return null;
    }
}

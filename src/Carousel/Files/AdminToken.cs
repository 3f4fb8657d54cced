using Carousel.Control.Admin;

namespace Carousel.Files;

/// <summary>The admin side's token, from its file.</summary>
internal static class AdminToken
{
    private const string Flag = "--admin-token-file";

    /// <summary>Adds the token of this file to the options; null with a one-line error. Without a file the options are unchanged.</summary>
    public static AdminOptions? Add(AdminOptions options, string? file, out string error)
    {
        error = "";
        if (file is null)
        {
            return options;
        }
        string? token = Read(file, out error);
        return token is null ? null : options with { Token = token };
    }

    /// <summary>The token of this file; null with a one-line error.</summary>
    public static string? Read(string file, out string error)
    {
        string? token = SecretFile.Read(Flag, file, "token", out error)?.Trim();
        if (token is not null && (token.Length < AdminOptions.MinToken || token.Any(c => c is <= ' ' or > '~')))
        {
            error = $"{Flag}: the first line of {file} is no token: it needs {AdminOptions.MinToken} characters or more, without blanks (openssl rand -hex 32 makes one)";
            return null;
        }
        return token;
    }
}

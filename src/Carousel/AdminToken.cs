using Carousel.Control.Admin;

namespace Carousel;

/// <summary>The admin side's token, from its file.</summary>
internal static class AdminToken
{
    private const string Flag = "--admin-token-file";

    /// <summary>The options with the token of this file; null with one line that says what is wrong. Without a file, as they were.</summary>
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

    /// <summary>The token of this file; null with one line that says what is wrong.</summary>
    public static string? Read(string file, out string error)
    {
        string? token = SecretFile.Read(Flag, file, "token", out error)?.Trim();
        if (token is not null && (token.Length < AdminOptions.MinToken || token.Any(c => c is <= ' ' or > '~')))
        {
            error = $"{Flag}: the first line of {file} is no token: {AdminOptions.MinToken} characters or more, no blanks (openssl rand -hex 32 makes one)";
            return null;
        }
        return token;
    }
}

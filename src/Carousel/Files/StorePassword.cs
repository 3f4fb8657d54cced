using Carousel.Core.Config;

namespace Carousel.Files;

/// <summary>The store's password, from the URL, a file or the environment. It is never printed.</summary>
internal static class StorePassword
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "CAROUSEL_STORE_PASSWORD";

    /// <summary>The address with its password: its own, else the file's first line, else the environment's. Null with a one-line error.</summary>
    public static StoreAddress? Add(StoreAddress address, string? file, Func<string, string?> environment, out string error)
    {
        error = "";
        if (file is null)
        {
            string? password = environment(Variable);
            return address.Password is not null || string.IsNullOrEmpty(password) ? address : address with { Password = password };
        }
        string? line = SecretFile.Read("--store-password-file", file, "password", out error);
        return line is null ? null : address with { Password = line };
    }
}

using Carousel.Core.Config;

namespace Carousel;

/// <summary>The store's password, from wherever it is given. It is never shown.</summary>
internal static class StorePassword
{
    /// <summary>Of the environment.</summary>
    public const string Variable = "CAROUSEL_STORE_PASSWORD";

    /// <summary>The address with its password: its own, else the file's first line, else the environment's. Null with one line that says what is wrong.</summary>
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

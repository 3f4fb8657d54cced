using System.Buffers;

namespace Carousel.Core.Sessions;

/// <summary>Recognises stateless requests, which carry their state in a token. Pure.</summary>
public static class JsonWebToken
{
    private static readonly SearchValues<byte> Base64UrlBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>
    /// True for a value in the compact form of a JWT: three parts (RFC 7515 section 7.1) or five (RFC 7516 section 7.1) of base64url separated by
    /// dots. The first is a JSON object: <c>eyJ</c> decodes to <c>{"</c>. The signature may be empty (<c>"alg":"none"</c>), and so may the key of an
    /// encrypted one. A cookie's value may be quoted (RFC 6265 section 4.1.1).
    /// </summary>
    public static bool LooksLike(ReadOnlySpan<byte> value)
    {
        if (value is [(byte)'"', .., (byte)'"'])
        {
            value = value[1..^1];
        }
        if (!value.StartsWith("eyJ"u8))
        {
            return false;
        }
        int dots = 0;
        while (true)
        {
            int end = value.IndexOfAnyExcept(Base64UrlBytes);
            if (end < 0)
            {
                return dots is 2 or 4;
            }
            if (value[end] != (byte)'.' || ++dots > 4)
            {
                return false;
            }
            value = value[(end + 1)..];
        }
    }

    /// <summary>True for an Authorization value with a bearer token (RFC 6750 section 2.1), in any format.</summary>
    public static bool IsBearer(ReadOnlySpan<byte> authorization) =>
        authorization.Length > 7 && authorization[6] == (byte)' ' && System.Text.Ascii.EqualsIgnoreCase(authorization[..6], "bearer"u8);
}

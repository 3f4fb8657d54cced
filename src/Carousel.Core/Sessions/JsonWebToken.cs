using System.Buffers;

namespace Carousel.Core.Sessions;

/// <summary>Recognises requests that carry their state themselves. Pure.</summary>
public static class JsonWebToken
{
    private static readonly SearchValues<byte> Base64UrlBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>
    /// True for what looks like a JWT in its compact form: three parts (RFC 7515 section 7.1) or five (RFC 7516 section 7.1) of base64url between
    /// dots, the first of them a JSON object: <c>eyJ</c> is <c>{"</c>. The signature may be empty (<c>"alg":"none"</c>), in an encrypted one the key.
    /// As a cookie's value it may stand in quotes (RFC 6265 section 4.1.1).
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

    /// <summary>True for the value of an Authorization field that carries a bearer token (RFC 6750 section 2.1), whatever its form.</summary>
    public static bool IsBearer(ReadOnlySpan<byte> authorization) =>
        authorization.Length > 7 && authorization[6] == (byte)' ' && System.Text.Ascii.EqualsIgnoreCase(authorization[..6], "bearer"u8);
}

using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Carousel.Core.Sessions;

/// <summary>The result of a cookie's verification. All but <see cref="Valid"/> are treated as no cookie, and counted.</summary>
public enum CookieVerdict : byte
{
    /// <summary>Valid signature, not expired.</summary>
    Valid,

    /// <summary>Not a ticket: truncated, or set by another application.</summary>
    Malformed,

    /// <summary>Signed with an unknown key: too old, or of another Carousel.</summary>
    UnknownKey,

    /// <summary>The signature is wrong.</summary>
    Forged,

    /// <summary>Older than <see cref="SessionOptions.CookieLifetime"/>.</summary>
    Expired,
}

/// <summary>
/// The cookie's value: a signed ticket (<see cref="SessionTicket"/>, then its signature) in base64url (RFC 4648 section 5). Pure; allocates nothing.
/// </summary>
public static class SessionCookie
{
    /// <summary>Characters of a value.</summary>
    public const int TextLength = SessionTicket.SignedBytes / 3 * 4;

    /// <summary>Decodes a value without verifying it; false if it is not a ticket.</summary>
    /// <param name="text">The cookie's value.</param>
    /// <param name="signed">Receives the ticket and its signature; at least <see cref="SessionTicket.SignedBytes"/> long.</param>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> signed) =>
        text.Length == TextLength
        // Not TryDecodeFromUtf8, which throws for invalid base64url.
        && Base64Url.DecodeFromUtf8(text, signed[..SessionTicket.SignedBytes], out _, out int written) == OperationStatus.Done
        && written == SessionTicket.SignedBytes;

    /// <summary>Verifies a signed ticket. The signature is compared in constant time.</summary>
    /// <param name="signed">The output of <see cref="TryDecode"/>.</param>
    /// <param name="keys">The current keys.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="lifetime">Lifetime of a cookie in seconds.</param>
    /// <param name="ticket">The ticket; trustworthy only if the verdict is valid.</param>
    public static CookieVerdict Verify(ReadOnlySpan<byte> signed, SessionKeys keys, long now, long lifetime, out SessionTicket ticket)
    {
        ticket = SessionTicket.Read(signed);
        CookieVerdict verdict = CookieVerdict.UnknownKey;
        foreach (SessionKey key in keys.All)
        {
            if (key.Id == ticket.KeyId)
            {
                if (IsSignedBy(key, signed))
                {
                    return now - ticket.IssuedAt > lifetime ? CookieVerdict.Expired : CookieVerdict.Valid;
                }
                verdict = CookieVerdict.Forged;
            }
        }
        return verdict;
    }

    /// <summary>Signs a ticket and writes the cookie's value.</summary>
    /// <param name="ticket">Its <see cref="SessionTicket.KeyId"/> must be that of <paramref name="key"/>.</param>
    /// <param name="key">The key.</param>
    /// <param name="text">Receives the value; at least <see cref="TextLength"/> long.</param>
    public static void Write(in SessionTicket ticket, SessionKey key, Span<byte> text)
    {
        Debug.Assert(ticket.KeyId == key.Id);
        Span<byte> signed = stackalloc byte[SessionTicket.SignedBytes];
        ticket.Write(signed);
        key.Sign(signed[..SessionTicket.Bytes], signed[SessionTicket.Bytes..]);
        Base64Url.EncodeToUtf8(signed, text);
    }

    private static bool IsSignedBy(SessionKey key, ReadOnlySpan<byte> signed)
    {
        Span<byte> mac = stackalloc byte[SessionTicket.MacBytes];
        key.Sign(signed[..SessionTicket.Bytes], mac);
        return CryptographicOperations.FixedTimeEquals(mac, signed[SessionTicket.Bytes..SessionTicket.SignedBytes]);
    }
}

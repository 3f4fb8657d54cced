using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Carousel.Core.Sessions;

/// <summary>What a cookie under our name turned out to be. All but <see cref="Valid"/> are simply no cookie, and counted.</summary>
public enum CookieVerdict : byte
{
    /// <summary>Signed by us and not too old.</summary>
    Valid,

    /// <summary>Not the text of a ticket: truncated, or somebody else's.</summary>
    Malformed,

    /// <summary>Signed with a key that we don't have: too old, or of another Carousel.</summary>
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

    /// <summary>Decodes a value without judging it; false if it is not the text of a ticket.</summary>
    /// <param name="text">What followed the name.</param>
    /// <param name="signed">Gets the ticket's bytes and its signature; at least <see cref="SessionTicket.SignedBytes"/> long.</param>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> signed) =>
        text.Length == TextLength
        // Not TryDecodeFromUtf8: that throws at what is not base64url.
        && Base64Url.DecodeFromUtf8(text, signed[..SessionTicket.SignedBytes], out _, out int written) == OperationStatus.Done
        && written == SessionTicket.SignedBytes;

    /// <summary>Judges a signed ticket. The signature is compared in constant time.</summary>
    /// <param name="signed">What <see cref="TryDecode"/> gave.</param>
    /// <param name="keys">The keys of now.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="lifetime">Seconds that a cookie is good.</param>
    /// <param name="ticket">What it says; to be believed only if valid.</param>
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
    /// <param name="key">What signs it.</param>
    /// <param name="text">Gets the value; at least <see cref="TextLength"/> long.</param>
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

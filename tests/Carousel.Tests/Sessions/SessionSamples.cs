using System.Text;
using Carousel.Core.Sessions;
using CsCheck;

namespace Carousel.Tests.Sessions;

/// <summary>Samples for session tests.</summary>
internal static class SessionSamples
{
    public static Gen<SessionId> Ids { get; } = Gen.Select(Gen.ULong, Gen.ULong, (high, low) => new SessionId(high, low));

    /// <summary>A key with the secret 0, 1, 2, ..., offset by <paramref name="shift"/>.</summary>
    public static SessionKey Key(uint id = 7, int shift = 0) =>
        new(id, [.. Enumerable.Range(shift, SessionKey.SecretBytes).Select(i => (byte)i)]);

    public static SessionKeys Keys(params SessionKey[] keys) => new(keys[0], [.. keys[1..]]);

    public static SessionId Id(ulong number) => new(0x0011223344556677, number);

    /// <summary>The cookie's value for this ticket.</summary>
    public static string Cookie(SessionTicket ticket, SessionKey key)
    {
        byte[] text = new byte[SessionCookie.TextLength];
        SessionCookie.Write(ticket, key, text);
        return Encoding.ASCII.GetString(text);
    }

    /// <summary>The cookie's value for this ticket, as it is received.</summary>
    public static byte[] CookieBytes(SessionTicket ticket) => Encoding.ASCII.GetBytes(Cookie(ticket, Key(ticket.KeyId)));

    /// <summary>The bytes of a ticket and its signature.</summary>
    public static byte[] Signed(SessionTicket ticket, SessionKey? key = null)
    {
        byte[] signed = new byte[SessionTicket.SignedBytes];
        SessionCookie.TryDecode(Encoding.ASCII.GetBytes(Cookie(ticket, key ?? Key(ticket.KeyId))), signed);
        return signed;
    }
}

using System.Text;
using Carousel.Core.Sessions;
using Carousel.Tests.Harness;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Sessions;

public class SessionCookieTests
{
    private const long Lifetime = 100;
    private const uint Issued = 1_795_465_216;

    private static readonly SessionKey Key = SessionSamples.Key(7);
    private static readonly SessionTicket Ticket = new(new SessionId(0x0011223344556677, 0x8899aabbccddeeff), 0x0102030405060708, Issued, 7);

    private static readonly Gen<SessionTicket> Tickets = Gen.Select(
        SessionSamples.Ids, Gen.ULong, Gen.UInt, Gen.UInt, (id, tag, issued, key) => new SessionTicket(id, tag, issued, key));

    /// <summary>Computed by another implementation of HMAC and base64url.</summary>
    [Fact]
    public void Write_KnownTicket_IsTheKnownValue() =>
        Assert.Equal("awSgAAAAAAcAESIzRFVmd4iZqrvM3e7_AQIDBAUGBwiLyBzyw-fIGjDIQ17GtACe", SessionSamples.Cookie(Ticket, Key));

    [Fact]
    public void Verify_AnyWrittenTicket_IsEqual() => Gen.Select(Tickets, Gen.Byte.Array[SessionKey.SecretBytes]).Sample((ticket, secret) =>
    {
        var key = new SessionKey(ticket.KeyId, secret);
        byte[] signed = new byte[SessionTicket.SignedBytes];
        Assert.True(SessionCookie.TryDecode(Encoding.ASCII.GetBytes(SessionSamples.Cookie(ticket, key)), signed));
        Assert.Equal(CookieVerdict.Valid, SessionCookie.Verify(signed, SessionSamples.Keys(key), ticket.IssuedAt, 0, out SessionTicket read));
        Assert.Equal(ticket, read);
    });

    [Fact]
    public void Text_AnyBitFlipped_IsRejected()
    {
        byte[] text = Encoding.ASCII.GetBytes(SessionSamples.Cookie(Ticket, Key));
        for (int bit = 0; bit < 8 * text.Length; bit++)
        {
            byte[] flipped = [.. text];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.NotEqual(CookieVerdict.Valid, Evaluate(Encoding.Latin1.GetString(flipped)));
        }
    }

    [Fact]
    public void SignedBytes_AnyBitFlipped_AreForged()
    {
        byte[] signed = SessionSamples.Signed(Ticket);
        for (int bit = 0; bit < 8 * signed.Length; bit++)
        {
            byte[] flipped = [.. signed];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            bool isKeyId = bit / 8 is >= 4 and < 8;
            Assert.Equal(isKeyId ? CookieVerdict.UnknownKey : CookieVerdict.Forged, Verify(flipped, Issued, Key));
        }
    }

    [Fact]
    public void Text_TruncatedOrExtended_IsMalformed()
    {
        string text = SessionSamples.Cookie(Ticket, Key);
        for (int length = 0; length < text.Length; length++)
        {
            Assert.Equal(CookieVerdict.Malformed, Evaluate(text[..length]));
            Assert.Equal(CookieVerdict.Malformed, Evaluate(text[(text.Length - length)..]));
            Assert.Equal(CookieVerdict.Malformed, Evaluate(text[..length] + " " + text[(length + 1)..]));
            Assert.Equal(CookieVerdict.Malformed, Evaluate(text.Insert(length, "\t")));
        }
        Assert.All(["A", "=", " ", "AAAA"], more => Assert.Equal(CookieVerdict.Malformed, Evaluate(text + more)));
    }

    /// <summary>Neither base64's standard alphabet nor padding is accepted.</summary>
    [Fact]
    public void Text_InAnotherBase64_IsMalformed()
    {
        string text = SessionSamples.Cookie(Ticket, Key);
        Assert.Contains('_', text);
        Assert.Contains('-', text);
        Assert.Equal(CookieVerdict.Malformed, Evaluate(text.Replace('_', '/')));
        Assert.Equal(CookieVerdict.Malformed, Evaluate(text.Replace('-', '+')));
        Assert.Equal(CookieVerdict.Malformed, Evaluate(text[..62] + "=="));
        Assert.Equal(CookieVerdict.Malformed, Evaluate(text[..63] + "%"));
    }

    [Fact]
    public void TryDecode_AnyBytes_NeverThrows() => Gen.Byte.Array[SessionCookie.TextLength].Sample(text =>
    {
        bool isBase64Url = text.All(b => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_');
        Assert.Equal(isBase64Url, SessionCookie.TryDecode(text, new byte[SessionTicket.SignedBytes]));
    });

    [Fact]
    public void Verify_OtherKeys_ReportsTheVerdict()
    {
        byte[] signed = SessionSamples.Signed(Ticket);
        Assert.Equal(CookieVerdict.UnknownKey, Verify(signed, Issued, SessionSamples.Key(8)));
        Assert.Equal(CookieVerdict.Forged, Verify(signed, Issued, SessionSamples.Key(7, shift: 1)));
        Assert.Equal(CookieVerdict.Forged, Verify(signed, Issued, SessionSamples.Key(8), SessionSamples.Key(7, shift: 1)));
    }

    [Fact]
    public void Verify_SeveralKeysWithOneId_AnyOfThemIsValid()
    {
        SessionKey[] keys = [SessionSamples.Key(8), SessionSamples.Key(7, shift: 1), SessionSamples.Key(7, shift: 2), SessionSamples.Key(6)];
        Assert.All(keys, key => Assert.Equal(
            CookieVerdict.Valid, Verify(SessionSamples.Signed(Ticket with { KeyId = key.Id }, key), Issued, keys)));
    }

    [Theory]
    [InlineData(0, CookieVerdict.Valid)]
    [InlineData(Lifetime - 1, CookieVerdict.Valid)]
    [InlineData(Lifetime, CookieVerdict.Valid)]
    [InlineData(Lifetime + 1, CookieVerdict.Expired)]
    [InlineData(uint.MaxValue, CookieVerdict.Expired)]
    [InlineData(-1, CookieVerdict.Valid)] // Another replica's clock is ahead.
    public void Verify_AtAge_IsValidForItsLifetime(long age, CookieVerdict expected) =>
        Assert.Equal(expected, Verify(SessionSamples.Signed(Ticket), Issued + age, Key));

    [Fact]
    public void Verify_OldAndForged_IsForged() =>
        Assert.Equal(CookieVerdict.Forged, Verify(SessionSamples.Signed(Ticket, SessionSamples.Key(7, shift: 9)), Issued + 2 * Lifetime, Key));

    [Fact]
    public void DecodeVerifyWrite_AllocateNothing()
    {
        byte[] text = Encoding.ASCII.GetBytes(SessionSamples.Cookie(Ticket, Key)), signed = new byte[SessionTicket.SignedBytes];
        SessionKeys keys = SessionSamples.Keys(SessionSamples.Key(8), Key);
        void Round()
        {
            SessionCookie.TryDecode(text, signed);
            SessionCookie.Verify(signed, keys, Issued, Lifetime, out SessionTicket ticket);
            SessionCookie.Write(ticket, Key, text);
        }
        Assert.Equal(0, WarmAllocation.Least(1_000, Round));
    }

    private static CookieVerdict Evaluate(string text)
    {
        byte[] signed = new byte[SessionTicket.SignedBytes];
        return SessionCookie.TryDecode(Encoding.Latin1.GetBytes(text), signed) ? Verify(signed, Issued, Key) : CookieVerdict.Malformed;
    }

    private static CookieVerdict Verify(byte[] signed, long now, params SessionKey[] keys) =>
        SessionCookie.Verify(signed, SessionSamples.Keys(keys), now, Lifetime, out _);
}

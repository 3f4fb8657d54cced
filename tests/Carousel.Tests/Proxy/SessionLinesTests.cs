using System.Text;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Proxy;
using Carousel.Engine.Sessions;
using Carousel.Fuzz.Targets;
using Carousel.Tests.Sessions;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>The lines that sessions add to heads, and the room for them.</summary>
public sealed class SessionLinesTests
{
    private static readonly SessionTicket Ticket = new(new SessionId(0x0011223344556677, 0x8899aabbccddeeff), 0x0102030405060708, 1_795_465_216, 7);
    private const string Value = "awSgAAAAAAcAESIzRFVmd4iZqrvM3e7_AQIDBAUGBwiLyBzyw-fIGjDIQ17GtACe";

    [Theory]
    [InlineData(SameSite.Lax, null, false, "Path=/; HttpOnly; SameSite=Lax")]
    [InlineData(SameSite.Lax, null, true, "Path=/; HttpOnly; SameSite=Lax; Secure")]
    [InlineData(SameSite.Strict, null, false, "Path=/; HttpOnly; SameSite=Strict")]
    [InlineData(SameSite.None, "example.com", true, "Path=/; Domain=example.com; HttpOnly; SameSite=None; Secure")]
    public void CookieText_Options_AreItsAttributes(SameSite sameSite, string? domain, bool isSecure, string attributes)
    {
        var text = new SetCookieLines(new SessionOptions { CookieName = "my", SameSite = sameSite, Domain = domain });
        // Repeated with both values: no trace of the previous text remains.
        foreach (bool secure in new[] { isSecure, !isSecure, isSecure })
        {
            string lines = Encoding.ASCII.GetString(text.Write(Ticket, SessionSamples.Key(7), secure));
            if (secure == isSecure)
            {
                Assert.Equal($"Set-Cookie: my={Value}; {attributes}\r\nCache-Control: private\r\n", lines);
            }
        }
    }

    [Fact]
    public void CookieText_Longest_IsMaxBytes()
    {
        var text = new SetCookieLines(new SessionOptions
        {
            CookieName = new string('n', SessionOptions.MaxCookieName),
            Domain = new string('d', SessionOptions.MaxDomain),
            SameSite = SameSite.Strict,
        });
        Assert.Equal(SetCookieLines.MaxBytes, text.Write(Ticket, SessionSamples.Key(7), isSecure: true).Length);
    }

    [Fact]
    public void SessionMovedLine_EveryReason_FitsAndNamesIt() => Assert.All(Enum.GetValues<FailureReason>(), reason =>
    {
        RequestHead head = ParsedRequest.Of("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8, Heads.Limits).Head;
        SessionMovedLine.Add(head, reason);
        string line = $"X-Session-Moved: {reason.Describe().Name}\r\n";
        Assert.InRange(line.Length, 1, SessionMovedLine.MaxBytes);
        Assert.Equal($"GET / HTTP/1.1\r\nHost: h\r\n{line}\r\n", Encoding.ASCII.GetString(RequestRewriting.Encode(head)));
    });

    [Fact]
    public void Headroom_LongestGrowthOfBothHeads_FitsIn()
    {
        Assert.True(MessageBuffer.Headroom >= RequestRewriting.MaxGrowth + SessionMovedLine.MaxBytes);
        Assert.True(MessageBuffer.Headroom >= ResponseRewriting.MaxGrowth + SetCookieLines.MaxBytes);
        Assert.Equal(ForwardingInfo.MaxSessionId, SessionId.TextLength);
    }
}

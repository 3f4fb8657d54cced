using System.Text;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Proxy;
using Carousel.Engine.Reactor;
using Carousel.Engine.Sessions;
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
        Span<byte> line = SessionMovedLine.Write(reason, new byte[SessionMovedLine.MaxBytes]);
        Assert.Equal($"X-Session-Moved: {reason.Describe().Name}\r\n", Encoding.ASCII.GetString(line));
    });

    [Fact]
    public void Headroom_LongestGrowthOfBothHeads_FitsIn()
    {
        Assert.True(MessageBuffer.Headroom >= RequestRewriter.MaxGrowth + SessionMovedLine.MaxBytes);
        Assert.True(MessageBuffer.Headroom >= ResponseRewriter.MaxGrowth + SetCookieLines.MaxBytes);
        Assert.Equal(ForwardingInfo.MaxSessionId, SessionId.TextLength);
    }

    /// <summary>A head of maximum length, with and without a body after it, still gets its line before the empty line.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("body and what follows")]
    public void AppendToHead_AfterTheLongestGrowth_MovesTheHeadOnly(string body)
    {
        using var slab = new BufferSlab(32 * 1024);
        var buffer = default(MessageBuffer);
        buffer.Acquire(slab);
        const string received = "GET / HTTP/1.1\r\n\r\n";
        Append(ref buffer, received + body);
        string rewritten = $"GET / HTTP/1.1\r\nA: {new string('a', RequestRewriter.MaxGrowth - 5)}\r\n\r\n";
        Assert.Equal(RequestRewriter.MaxGrowth, rewritten.Length - received.Length);
        buffer.ReplaceHead(received.Length, Encoding.ASCII.GetBytes(rewritten));
        buffer.Hold();
        int headEnd = buffer.Framed;
        string line = $"X: {new string('x', SessionMovedLine.MaxBytes - 5)}\r\n";
        buffer.AppendToHead(headEnd, Encoding.ASCII.GetBytes(line));
        Assert.True(buffer.Start >= 0);
        Assert.True(buffer.IsUnsent);
        Assert.Equal(rewritten[..^2] + line + "\r\n", Text(buffer, buffer.Start, buffer.Framed));
        Assert.Equal(body, Text(buffer, buffer.Framed, buffer.End));
        buffer.Start += 10;
        Assert.False(buffer.IsUnsent);
        buffer.Rewind();
        Assert.Equal(rewritten[..^2] + line + "\r\n", Text(buffer, buffer.Start, buffer.Framed));
        buffer.Release(slab);
    }

    private static unsafe void Append(ref MessageBuffer buffer, string text)
    {
        Encoding.ASCII.GetBytes(text).CopyTo(new Span<byte>(buffer.Base + buffer.End, text.Length));
        buffer.End += text.Length;
    }

    private static unsafe string Text(in MessageBuffer buffer, int from, int to) => Encoding.ASCII.GetString(new ReadOnlySpan<byte>(buffer.Base + from, to - from));
}

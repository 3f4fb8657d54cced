using System.Text;
using Carousel.Control.Probes;
using Carousel.Core.Health;
using Xunit;

namespace Carousel.Tests.Probes;

public class ProbeResponseTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\n";
    private const string Chunked = Ok + "Transfer-Encoding: chunked\r\n\r\n";

    /// <summary>The verdict is reached at the last byte it needs, wherever the response is split: none before that byte, and the same one after it.</summary>
    [Theory]
    [InlineData(Ok + "\r\n", null, "good")]
    [InlineData("HTTP/1.0 204 \r\nA: b\r\n\r\n", null, "good")]
    [InlineData("HTTP/1.1 302\r\nLocation: /\r\n\r\n", null, "good")]
    [InlineData("HTTP/1.1 103 Hint\r\nLink: x\r\n\r\n" + Ok + "\r\n", null, "good")]
    [InlineData("HTTP/1.1 503 Busy\r\n\r\n", null, "status 503")]
    [InlineData("HTTP/1.1 101 Switching\r\n\r\n", null, "status 101")]
    [InlineData("HTTP/1.1 503 Busy\r\n\r\n", "ok", "status 503")]
    [InlineData(Ok + "Content-Length: 6\r\n\r\nall ok", "ok", "good")]
    [InlineData(Ok + "content-length:5\r\n\r\nwrong", "ok", "body does not match")]
    [InlineData(Ok + "Content-Length: 0\r\n\r\n", "ok", "body does not match")]
    [InlineData(Ok + "\r\nall ok", "ok", "good")]
    [InlineData(Chunked + "5\r\nall o\r\n1;a=b\r\nk", "ok", "good")]
    [InlineData(Chunked + "A\r\nwrong wron\r\n0\r\n", "ok", "body does not match")]
    public void Evaluate_EveryPrefix_IsUndecidedUntilTheEnd(string text, string? body, string expected)
    {
        byte[] response = Encoding.ASCII.GetBytes(text);
        for (int length = 0; length < response.Length; length++)
        {
            Assert.Null(Evaluate(response.AsSpan(0, length), ended: false, body));
        }
        Assert.Equal(expected, Evaluate(response, ended: false, body));
        Assert.Equal(expected, Evaluate(response, ended: true, body));
    }

    [Theory]
    [InlineData("", "server-closed")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b", "bad-answer")]
    [InlineData(Ok + "\r\nwrong", "body does not match")]
    [InlineData(Ok + "Content-Length: 9\r\n\r\nwrong", "body does not match")]
    [InlineData(Chunked + "5\r\nall o", "body does not match")]
    public void Evaluate_EndsEarly_IsBad(string text, string expected)
    {
        byte[] response = Encoding.ASCII.GetBytes(text);
        Assert.Null(Evaluate(response, ended: false, "ok"));
        Assert.Equal(expected, Evaluate(response, ended: true, "ok"));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH")]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("HTTP/1.1\r\n\r\n")]
    public void Evaluate_NotHttp_IsBadImmediately(string text) => Assert.Equal("bad-answer", Evaluate(Encoding.ASCII.GetBytes(text), ended: false, null));

    /// <summary>Bytes beyond the length are not part of the response.</summary>
    [Fact]
    public void Evaluate_MatchBehindTheBody_DoesNotCount() =>
        Assert.Equal("body does not match", Evaluate(Encoding.ASCII.GetBytes(Ok + "Content-Length: 2\r\n\r\nno ok"), ended: false, "ok"));

    [Fact]
    public void Evaluate_ConfiguredStatus_IsGood() => Assert.Equal(
        ProbeResult.Good,
        ProbeResponse.Evaluate("HTTP/1.1 404 No\r\n\r\n"u8, false, new HealthOptions { Statuses = StatusSet.TryParse("404")! }));

    [Fact]
    public void Evaluate_TextInAnyLanguage_IsFound() => Assert.Equal("good", Evaluate(Encoding.UTF8.GetBytes(Ok + "\r\nalles grün"), false, "grün"));

    private static string? Evaluate(ReadOnlySpan<byte> response, bool ended, string? body) =>
        ProbeResponse.Evaluate(response, ended, new HealthOptions { Body = body }) is { } result ? result.Failure ?? "good" : null;
}

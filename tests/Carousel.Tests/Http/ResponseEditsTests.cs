using Carousel.Engine.Http;
using Carousel.Fuzz.Targets;
using Xunit;

namespace Carousel.Tests.Http;

public class ResponseEditsTests
{
    private const string DateLine = "Date: " + ResponseRewriting.Date + "\r\n";

    [Fact]
    public void Write_PlainResponse_IsCopied() => AssertRewrites(
        "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 5\r\n\r\n");

    [Fact]
    public void Write_WithoutFields_GetsADate() => AssertRewrites("HTTP/1.1 200 OK\r\n\r\n", $"HTTP/1.1 200 OK\r\n{DateLine}\r\n");

    [Theory]
    [InlineData("HTTP/1.0 404 Not Found", "HTTP/1.1 404 Not Found")]
    [InlineData("HTTP/1.0 404 ", "HTTP/1.1 404 ")]
    [InlineData("HTTP/1.0 404", "HTTP/1.1 404 ")]
    [InlineData("HTTP/1.1 404", "HTTP/1.1 404 ")]
    public void Write_StatusLine_IsNormalised(string line, string expected) => AssertRewrites(
        line + "\r\nA: b\r\nContent-Length: 0\r\n\r\n",
        $"{expected}\r\nA: b\r\nContent-Length: 0\r\n{DateLine}\r\n");

    [Fact]
    public void Write_HopByHopAndNamedFields_AreRemovedUnlessProtected() => AssertRewrites(
        "HTTP/1.1 200 OK\r\nConnection: X-Hop, Set-Cookie, Date\r\nKeep-Alive: x\r\nDate: x\r\nX-Hop: 1\r\nProxy-Connection: x\r\nTE: x\r\n"
        + "Upgrade: x\r\nSet-Cookie: a=b\r\nProxy-Authenticate: x\r\nContent-Length: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nDate: x\r\nSet-Cookie: a=b\r\nContent-Length: 1\r\n\r\n");

    [Fact]
    public void Write_ServerReports_OwnAreRemoved() => AssertRewrites(
        "HTTP/1.1 200 OK\r\nDate: x\r\nX-Carousel-Load: 0.5\r\nendpoint-load-metrics: TEXT cpu_utilization=0.3\r\nx-carousel-capacity: 4\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nDate: x\r\nendpoint-load-metrics: TEXT cpu_utilization=0.3\r\nContent-Length: 5\r\n\r\n");

    [Theory]
    [InlineData(nameof(ConnectionDirective.None), "")]
    [InlineData(nameof(ConnectionDirective.Close), "Connection: close\r\n")]
    [InlineData(nameof(ConnectionDirective.KeepAlive), "Connection: keep-alive\r\n")]
    public void Write_Directive_IsWritten(string directive, string expected) => AssertRewrites(
        "HTTP/1.1 200 OK\r\nConnection: other\r\nDate: x\r\nContent-Length: 5\r\n\r\n",
        $"HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 5\r\n{expected}\r\n",
        Enum.Parse<ConnectionDirective>(directive));

    [Fact]
    public void Write_Upgrade_KeepsTheFieldAndAddsNoDate() => AssertRewrites(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        ConnectionDirective.Upgrade);

    [Theory]
    [InlineData("100 Continue")]
    [InlineData("103 Early Hints")]
    public void Write_Interim_GetsNeitherDateNorFraming(string status) => AssertRewrites(
        $"HTTP/1.1 {status}\r\nContent-Length: 5\r\nLink: x\r\n\r\n",
        $"HTTP/1.1 {status}\r\nLink: x\r\n\r\n");

    [Theory]
    [InlineData("Content-Length: 5\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n")]
    public void Write_NoContent_LosesItsFraming(string framing) => AssertRewrites(
        $"HTTP/1.1 204 No Content\r\n{framing}Date: x\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n");

    [Theory]
    [InlineData(nameof(RequestMethod.Head), "200 OK", "Content-Length: 5\r\n", "Content-Length: 5\r\n")]
    [InlineData(nameof(RequestMethod.Head), "200 OK", "Content-Length:05\r\n", "Content-Length: 5\r\n")]
    [InlineData(nameof(RequestMethod.Head), "200 OK", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\n")]
    [InlineData(nameof(RequestMethod.Get), "304 Not Modified", "Content-Length: 5\r\n", "Content-Length: 5\r\n")]
    [InlineData(nameof(RequestMethod.Get), "200 OK", "Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5\r\n")]
    [InlineData(nameof(RequestMethod.Get), "200 OK", "Transfer-Encoding:CHUNKED\r\n", "Transfer-Encoding: chunked\r\n")]
    public void Write_Framing_IsOneLineInOneForm(string method, string status, string framing, string expected) => AssertRewrites(
        $"HTTP/1.1 {status}\r\nDate: x\r\n{framing}\r\n",
        $"HTTP/1.1 {status}\r\nDate: x\r\n{expected}\r\n",
        method: Enum.Parse<RequestMethod>(method));

    [Fact]
    public void Write_Dechunk_LosesCodingAndTrailer() => AssertRewrites(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\nDate: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nDate: x\r\nConnection: close\r\n\r\n",
        ConnectionDirective.Close,
        BodyKind.UntilClose);

    [Fact]
    public void Write_Chunk_GetsTheCoding() => AssertRewrites(
        "HTTP/1.0 200 OK\r\nDate: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        sentAs: BodyKind.Chunked);

    [Fact]
    public void Write_LargestGrowth_StaysWithinMaxGrowth()
    {
        ParsedResponse response = ParsedResponse.Of("HTTP/1.1 200\r\n\r\n"u8, RequestMethod.Get, Heads.Limits);
        int length = ResponseRewriting.Rewrite(response, ConnectionDirective.KeepAlive, BodyKind.Chunked).Length;
        Assert.InRange(length, response.Head.Length, response.Head.Length + ResponseRewriting.MaxGrowth);
    }

    private static void AssertRewrites(
        string head,
        string expected,
        ConnectionDirective connection = ConnectionDirective.None,
        BodyKind? sentAs = null,
        RequestMethod method = RequestMethod.Get)
    {
        ParsedResponse response = ParsedResponse.Of(Corpus.Bytes(head), method, Heads.Limits);
        Assert.Equal(ParseStatus.Complete, response.Status);
        Assert.Equal(expected, Corpus.Text(ResponseRewriting.Rewrite(response, connection, sentAs ?? response.Head.Body)));
    }
}

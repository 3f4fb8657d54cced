using System.Net.Sockets;
using System.Text;
using Carousel.Demo;
using Xunit;

namespace Carousel.Tests.Demo;

public sealed class DemoServerTests : IDisposable
{
    private readonly DemoServer _server = DemoServer.Start("blue");

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Request_Response_HasTheNameAndTheBalancersFields() => Assert.Equal(
        "HTTP/1.1 200 OK|Content-Type: text/plain; charset=utf-8|Content-Length: 81|Connection: close||"
        + "blue: response number 1\n  GET /x HTTP/1.1\n  Host: a\n  X-Forwarded-For: 127.0.0.1\n",
        (await Talk("GET /x HTTP/1.1\r\nHost: a\r\nCookie: secret\r\nX-Forwarded-For: 127.0.0.1\r\nConnection: close\r\n\r\n")).Replace("\r\n", "|"));

    [Fact]
    public async Task Requests_WithEveryKindOfBody_ShareAConnection()
    {
        string responses = await Talk(
            "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
            + "POST /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\na;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n"
            + "HEAD /head HTTP/1.1\r\nHost: a\r\n\r\n"
            + "POST /expect HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx"
            + "GET /old HTTP/1.0\r\n\r\n");

        Assert.Equal(5, responses.Split("HTTP/1.1 200 OK\r\n").Length - 1);
        Assert.Equal(1, responses.Split("HTTP/1.1 100 Continue\r\n\r\n").Length - 1);
        Assert.DoesNotContain("HEAD /head", responses);
        Assert.EndsWith("blue: response number 5\n  GET /old HTTP/1.0\n", responses);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    public async Task Request_WithoutALength_ClosesTheConnection(string request) => Assert.Equal("", await Talk(request));

    /// <summary>Everything received until the server closes the connection.</summary>
    private async Task<string> Talk(string text)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using var client = new TcpClient("127.0.0.1", _server.Port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), stop);
        using var response = new MemoryStream();
        await stream.CopyToAsync(response, stop);
        return Encoding.Latin1.GetString(response.ToArray());
    }
}

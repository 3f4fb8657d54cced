using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions;

/// <summary>X-Session-Id and X-Session-Moved are set by the balancer and never forwarded from a client.</summary>
public class SessionIdTests
{
    private const string Claimed = "00000000000000000000000000000bad";

    [Fact]
    public async Task Id_FirstRequestAndLaterOnes_IsTheCookiesInLowerCaseHex()
    {
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        using var client = new SessionClient(balancer);
        Message first = await client.GetAsync();
        Assert.Matches("^[0-9a-f]{32}$", Echo.Id(first));
        Assert.Equal(client.Id, Echo.Id(first));
        Assert.Equal(client.Id, Echo.Id(await client.GetAsync()));
        Assert.Equal(client.Id, Echo.Id(await client.PostAsync("/", "a=b")));
        Assert.All(server.Requests, request => Assert.Equal(1, request.Count("X-Session-Id")));
    }

    [Theory]
    [InlineData("X-Session-Id: {0}\r\n")]
    [InlineData("x-session-id: {0}\r\n")]
    [InlineData("X-SESSION-ID: {0}\r\n")]
    [InlineData("X-Session-Id: {0}\r\nX-Session-Id: {0}\r\n")]
    [InlineData("X-Session-Id:{0}\r\nConnection: X-Session-Id\r\n")]
    [InlineData("Connection: x-session-id, x-session-moved\r\nX-Session-Id: {0}\r\nX-Session-Moved: {0}\r\n")]
    [InlineData("X-Session-Moved: {0}\r\n")]
    [InlineData("x-session-moved: {0}\r\nX-Session-moved: {0}\r\n")]
    public async Task Claim_OfAnyForm_NeverReachesTheServer(string claim)
    {
        foreach (string mode in (string[])["shared", "sticky", "off"])
        {
            await using var server = Echo.Server("one");
            await using var balancer = await Balancer.StartAsync(server, "--session", mode);
            using var client = new SessionClient(balancer);
            // Without a cookie, then with one.
            for (int i = 0; i < 2; i++)
            {
                Message response = await client.GetAsync(fields: string.Format(null, claim, Claimed));
                Assert.Equal(200, response.Status);
                Assert.Equal(mode == "off" ? "-" : client.Id, Echo.Id(response));
                Assert.Equal("-", Echo.Moved(response));
                Assert.DoesNotContain(Claimed, server.Requests.Last().Head);
            }
        }
    }

    [Fact]
    public async Task Claim_ByTrustedProxy_NeverReachesTheServer()
    {
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared", "--trusted-proxy", "127.0.0.1");
        using var client = new SessionClient(balancer);
        Message response = await client.GetAsync(fields: $"X-Session-Id: {Claimed}\r\n");
        Assert.Equal(client.Id, Echo.Id(response));
    }

    [Fact]
    public async Task Claim_InTrailers_NeverReachesTheServer()
    {
        // A server that merges trailers into the head would use it as the balancer's.
        await using var server = ScriptedServer.Responding(request => $"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{request.Trailers.Count}");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        Message response = await balancer.RequestAsync(
            $"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Session-Id: {Claimed}\r\nX_Session_Id: {Claimed}\r\n\r\n");
        Assert.Equal("0", response.Text);
        Assert.NotEqual(Claimed, Assert.Single(server.Requests)["X-Session-Id"]);
    }

    [Fact]
    public async Task Response_ServersOwnSessionFields_ReachTheClientUnchanged()
    {
        await using var server = ScriptedServer.Responding(_ => "HTTP/1.1 200 OK\r\nX-Session-Id: mine\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 1\r\n\r\nx");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        Message response = await balancer.GetAsync();
        Assert.Equal("mine", response["X-Session-Id"]);
        Assert.Contains(("Set-Cookie", "a=b; Path=/"), response.Fields);
        Assert.Equal(2, response.Count("Set-Cookie"));
    }
}

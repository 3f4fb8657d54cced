using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Health;

/// <summary>HTTP probes of servers that accept connections whatever their response.</summary>
public class PathProbeTests
{
    private const string Healthy = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nall ok";

    [Theory]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Length: 6\r\n\r\nall ok", "status 503")]
    [InlineData("HTTP/1.1 204 Nothing\r\n\r\n", "status 204")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong", "body does not match")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwrong\r\n0\r\n\r\n", "body does not match")]
    [InlineData("no HTTP at all", "bad-answer")]
    [InlineData(null, "answer-timeout")]
    public async Task Server_ProbesFail_IsOutUntilTheyPass(string? bad, string why)
    {
        string? response = Healthy;
        await using var two = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                string? text = request.Head.StartsWith("GET /healthz ", StringComparison.Ordinal) ? Volatile.Read(ref response) : Respond("two");
                await (text is null ? connection.ReadRequestAsync() : connection.SendAsync(text));
            }
        });
        await using var good = ScriptedServer.Responding(request =>
            request.Head.StartsWith("GET /healthz ", StringComparison.Ordinal) ? Healthy : Respond("three"));
        await using var balancer = await Balancer.StartAsync(
            [two, good], [.. Probed.ByPath, "--health-status", "200", "--health-body", "ok", "--health-timeout", "300ms"]);
        await balancer.UntilRotationAsync("two", "three");

        Volatile.Write(ref response, bad);
        await balancer.UntilServerLoggedAsync(two.Url, $"is down: {why} (3 probes)");
        await balancer.UntilRotationAsync("three");
        Volatile.Write(ref response, Healthy);
        await balancer.UntilServerLoggedAsync(two.Url, "is up again after ");
        await balancer.UntilRotationAsync("two", "three");
    }

    [Fact]
    public async Task Probe_Request_MatchesTheFlags()
    {
        await using var one = ScriptedServer.Responding("one");
        await using var balancer = await Balancer.StartAsync(one, [.. Probed.ByPath, "--health-host", "example.com"]);
        await Deadlines.UntilAsync(() => one.Requests.Count > 1, "a second probe");
        Assert.All(one.Requests, request => Assert.Equal(("example.com", "close"), (request["Host"], request["Connection"])));
        Assert.All(one.Requests, request => Assert.StartsWith("GET /healthz HTTP/1.1\r\n", request.Head));
    }

    /// <summary>A stopped process: the kernel accepts connections, and no response is sent.</summary>
    [Fact]
    public async Task Nginx_StoppedAndContinued_IsOutMeanwhile()
    {
        await using var one = await Nginx.StartAsync("one");
        await using var two = await Nginx.StartAsync("two");
        await using var balancer = await Balancer.StartAsync([one.Url, two.Url], [.. Probed.ByPath, "--health-timeout", "300ms"]);
        await balancer.UntilRotationAsync("one", "two");
        two.Signal(Posix.SigStop);
        await balancer.UntilServerLoggedAsync(two.Url, "is down: answer-timeout (3 probes)");
        Assert.All(await balancer.RequestAsync(6), response => Assert.Equal("one", response));
        two.Signal(Posix.SigCont);
        await balancer.UntilRotationAsync("one", "two");
    }

    private static string Respond(string text) => $"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}";
}

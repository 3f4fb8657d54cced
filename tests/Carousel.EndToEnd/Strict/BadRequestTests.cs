using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Strict;

/// <summary>Ambiguous requests are rejected and their connection is closed (RFC 9112 sections 2.2, 3, 5, 6, 11.2).</summary>
public class BadRequestTests
{
    private const string Smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    public static TheoryData<string, string, string, string> Heads => RejectTable.Heads;

    public static TheoryData<string, string> ChunkedBodies => RejectTable.ChunkedBodies;

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task Head_BreaksARule_IsRefusedClosedAndReachesNoServer(string rule, string bytes, string statuses, string reasons)
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();

        await client.SendAsync(bytes);
        Message response = await client.ReadResponseAsync();

        Assert.Contains($"{response.Status}", statuses.Split('|'));
        Assert.Contains(response["X-Carousel-Reason"], reasons.Split('|'));
        Assert.Contains(response["X-Carousel-Reason"]!, response.Text);
        Assert.Equal("close", response["Connection"]);
        Assert.Equal(End.Closed, await client.ReadEndAsync());
        Assert.True(server.BytesReceived == 0, $"{rule}: the server got {server.BytesReceived} bytes");
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task Head_BreaksARuleWithRequestBehind_NextRequestIsNotServed(string rule, string bytes, string statuses, string reasons)
    {
        _ = (statuses, reasons);
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();

        Assert.Equal(200, (await client.GetAsync("/before")).Status);
        await client.SendAsync(bytes + Smuggled);
        await client.ReadResponseAsync();
        Assert.NotEqual(End.None, await client.ReadEndAsync());

        Assert.True(server.Requests.Count == 1, $"{rule}: the server received more than the previous request");
    }

    [Theory]
    [MemberData(nameof(ChunkedBodies))]
    public async Task ChunkedBody_Malformed_IsRefusedAndHasNoEndAtTheServer(string rule, string body)
    {
        int ended = 0;
        await using var server = ScriptedServer.Start(async connection =>
        {
            if (await connection.ReadRequestHeadAsync() is not null)
            {
                byte[] all = await connection.ReadToEndAsync();
                ended += all.AsSpan().EndsWith("0\r\n\r\n"u8) ? 1 : 0;
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();

        Task sending = client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body + Smuggled);
        Message response = await client.ReadResponseAsync();
        await sending;

        Assert.Equal(400, response.Status);
        Assert.Equal("bad-chunk", response["X-Carousel-Reason"]);
        Assert.Equal(End.Closed, await client.DrainAsync());
        await Deadlines.UntilAsync(() => server.OpenConnections == 0, "the server's connection to be closed");
        Assert.True(ended == 0, $"{rule}: the server received a clean end");
        Assert.True(server.Requests.Count <= 1, $"{rule}: the server received the next request");
    }

    [Fact]
    public async Task ChunkSize_LeadingZerosAndUpperCase_AreAccepted()
    {
        await using var server = ScriptedServer.Responding(request => $"HTTP/1.1 200 OK\r\nContent-Length: {request.Body.Length}\r\n\r\n{request.Text}");
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.RequestAsync(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n000A\r\n0123456789\r\n00b\r\n0123456789a\r\n000\r\n\r\n");
        Assert.Equal("01234567890123456789a", response.Text);
    }

    [Fact]
    public async Task Fields_OddButValid_ArePassedOn()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.RequestAsync(
            "brew /pot?%zz= HTTP/1.1\r\nhOsT:a:8080\r\nX-Empty:\r\nX!#$%&'*+-.^_`|~: \t v \xe9 \t \r\nTransfer-encoding: cHuNkEd\r\n\r\n0\r\n\r\n");
        Assert.Equal(200, response.Status);
        Message request = Assert.Single(server.Requests);
        Assert.Equal("brew", request.Method);
        Assert.Equal("a:8080", request["Host"]);
        Assert.Equal("v \xe9", request["X!#$%&'*+-.^_`|~"]);
        Assert.Equal("", request["X-Empty"]);
    }

    [Fact]
    public async Task EmptyLine_BeforeTheRequest_IsSkipped()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        Assert.Equal(200, (await balancer.RequestAsync("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")).Status);
        Assert.StartsWith("GET / HTTP/1.1\r\n", Assert.Single(server.Requests).Head);
    }
}

using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Exchanges over streams that are not plain TCP: nothing hangs, nothing is lost, a truncated end is not taken for the end. <see cref="SplitTests"/> has more.</summary>
public sealed class OddStreamTests
{
    private const string UntilClose = "HTTP/1.1 200 OK\r\nX: y\r\n\r\nuntil the end";
    private static readonly string Body = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},"));

    public static TheoryData<int> Oddities => [.. Enumerable.Range(0, 4)];

    [Theory]
    [MemberData(nameof(Oddities))]
    public void LargeBody_BothWays_ArrivesWhole(int oddity)
    {
        using Rig rig = Splicing(oddity, oddity);
        AssertArrivesTwice(rig, Body);
    }

    [Theory]
    [MemberData(nameof(Oddities))]
    public void Body_ByteByByte_ArrivesWhole(int oddity)
    {
        using Rig rig = Splicing(oddity | (int)Oddity.ByteByByte, oddity | (int)Oddity.ByteByByte);
        AssertArrivesTwice(rig, Body[..1500]);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(null, 0)]
    public void LargeBody_OneSideCannotSplice_IsCopied(int? client, int? server)
    {
        using Rig rig = Splicing(client, server);
        AssertArrivesTwice(rig, Body);
    }

    [Theory]
    [MemberData(nameof(Oddities))]
    public void Tunnel_BothWays_PassesBytesAndEnds(int oddity)
    {
        using Rig rig = Odd(oddity);
        rig.OnRequest = (_, _) => [Rig.Bytes("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfrom server")];
        FakeSocket client = rig.Connect(Rig.Get("/ws", "Connection: upgrade\r\nUpgrade: websocket\r\n") + "from client");
        Assert.EndsWith("\r\n\r\nfrom client", rig.Servers[0].TakenText);
        Assert.EndsWith("\r\n\r\nfrom server", client.TakenText);
        client.Finish();
        rig.Run();
        Assert.True(rig.Servers[0].EndSent);
        rig.Send(rig.Servers[0], ", still here");
        Assert.EndsWith("from server, still here", client.TakenText);
        rig.Servers[0].Finish();
        rig.Run();
        Assert.True(client.IsClosed && rig.Servers[0].IsClosed);
        rig.AssertNothingLeft();
    }

    /// <summary>The peer must not take the end of the connection for the end of the body.</summary>
    [Theory]
    [InlineData(Oddity.None, false)]
    [InlineData(Oddity.Truncated, true)]
    public void BodyUntilClose_Truncated_IsReset(object oddity, bool isReset)
    {
        using Rig rig = Odd((int)oddity);
        rig.OnRequest = (_, _) => [Rig.Bytes(UntilClose), null];
        FakeSocket client = rig.Connect("GET / HTTP/1.0\r\n\r\n");
        Assert.EndsWith("until the end", client.TakenText);
        Assert.Equal((true, isReset), (client.IsClosed, client.WasAborted));
        Assert.Equal(isReset ? [FailureReason.AnswerCutShort] : [], rig.Reasons());
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData(Oddity.None, true)]
    [InlineData(Oddity.Truncated, false)]
    public void BodyUntilClose_TruncatedAndSentInChunks_HasNoLastChunk(object oddity, bool isWhole)
    {
        using Rig rig = Odd((int)oddity);
        rig.OnRequest = (_, _) => [Rig.Bytes(UntilClose), null];
        FakeSocket client = rig.Connect(Rig.Get("/"));
        Message response = Assert.Single(Message.Responds(client.TakenText, ["GET"], client.EndSent));
        Assert.Equal(("until the end", isWhole), (response.Body, response.IsWhole));
        Assert.Equal(!isWhole, client.IsClosed);
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    public void FramedBody_CompleteBeforeATruncatedEnd_IsComplete(string response)
    {
        using Rig rig = Odd((int)Oddity.Truncated);
        rig.OnRequest = (_, _) => [Rig.Bytes(response), null];
        FakeSocket client = rig.Connect(Rig.Get("/"));
        rig.Send(client, Rig.Get("/2"));
        List<Message> responses = Message.Responds(client.TakenText, ["GET", "GET"], client.EndSent);
        Assert.Equal(["hello", "hello"], responses.Select(one => one.Body));
        Assert.All(responses, one => Assert.True(one.IsWhole));
        Assert.Equal(2, rig.Servers.Count);
        Assert.Empty(rig.Reasons());
        rig.AssertNothingLeft();
    }

    [Fact]
    public void LengthBody_TruncatedInTheMiddle_IsCut()
    {
        using Rig rig = Odd((int)Oddity.Truncated);
        rig.OnRequest = (_, _) => [Rig.Bytes("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"), null];
        FakeSocket client = rig.Connect(Rig.Get("/"));
        Assert.True(client.IsClosed);
        Assert.False(Assert.Single(Message.Responds(client.TakenText, ["GET"], client.EndSent)).IsWhole);
        Assert.Equal([FailureReason.AnswerCutShort], rig.Reasons());
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Client_TruncatedEndBetweenRequests_ClosesWithoutAFailure()
    {
        using Rig rig = Odd((int)Oddity.Truncated);
        FakeSocket client = rig.Connect(Rig.Get("/"));
        client.Finish();
        rig.Run();
        Assert.True(client.IsClosed);
        Assert.Empty(rig.Reasons());
        rig.AssertNothingLeft();
    }

    /// <summary>For example a record of the protocol below that carries nothing for us.</summary>
    [Fact]
    public void KeptConnection_EventWithoutBytes_IsKept()
    {
        using Rig rig = Odd(0);
        FakeSocket client = rig.Connect(Rig.Get("/"));
        rig.Network.Announce(rig.Servers[0].Fd, Readiness.Readable);
        rig.Run();
        rig.Send(client, Rig.Get("/2"));
        Assert.Equal(2, Message.Requests(Assert.Single(rig.Servers).TakenText).Count);
        rig.AssertNothingLeft();
    }

    [Theory]
    [MemberData(nameof(Oddities))]
    public void EarlyResponse_ClientStillUploads_IsDrained(int oddity)
    {
        using Rig rig = Odd(oddity);
        FakeSocket client = rig.Connect($"BAD\r\n\r\n{new string('x', 40_000)}");
        Assert.Equal(400, Assert.Single(Message.Responds(client.TakenText, ["GET"], client.EndSent)).Status);
        Assert.Equal((0, false), (client.Unreceived, client.IsClosed));
        client.Finish();
        rig.Run();
        Assert.True(client.IsClosed && !client.WasAborted);
        rig.AssertNothingLeft();
    }

    private static void AssertArrivesTwice(Rig rig, string body)
    {
        rig.OnRequest = (_, request) => [Rig.Ok(request.Body)];
        FakeSocket client = rig.Connect();
        for (int i = 1; i <= 2; i++)
        {
            rig.Send(client, $"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            Assert.Equal(body, Message.Responds(client.TakenText, Enumerable.Repeat("POST", i), false)[^1].Body);
        }
        Assert.Single(rig.Servers);
        rig.AssertNothingLeft();
    }

    private static Rig Odd(int oddity)
    {
        var rig = new Rig();
        rig.Network.Streams = network => new OddStream(network, (Oddity)oddity);
        return rig;
    }

    /// <summary>Splices where both sides can; null for a side that is plain TCP. The client's stream is created first.</summary>
    private static Rig Splicing(int? client, int? server)
    {
        var rig = new Rig();
        rig.Worker.SpliceFrom = 1000;
        rig.Worker.SpliceLeast = 500;
        int? next = client;
        rig.Network.Streams = network =>
        {
            int? oddity = next;
            next = server;
            return oddity is { } odd ? new OddStream(network, (Oddity)odd) : new FakeStream(network);
        };
        return rig;
    }
}

using Carousel.Core.Events;
using Carousel.Core.Telemetry;
using Carousel.Engine;
using Carousel.Engine.Reactor;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>With request limits on servers, a body is received before a server is leased, up to the buffer's size.</summary>
public sealed class ReceiveBodyTests
{
    private const string Post = "POST /up HTTP/1.1\r\nHost: h\r\n";

    /// <summary>No minimum rate: slow clients are tested elsewhere.</summary>
    private static readonly EngineOptions Patient = new() { MinRate = 0, BodyTimeout = TimeSpan.FromSeconds(7) };

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\n", "0123456789")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n", "a\r\n0123456789\r\n0\r\n\r\n")]
    public void ShortBody_ArrivesSlowly_HoldsNoServer(string fields, string body)
    {
        using var rig = new HeldRig(Patient);
        FakeSocket slow = rig.Rig.Connect(Post + fields);
        foreach (char next in body[..^1])
        {
            rig.Rig.Advance(5_000);
            rig.Rig.Send(slow, next.ToString());
        }
        Assert.Equal((0, 0), (rig.Requests.Count, rig.Rig.Pool.Current.Servers[0].Load.InFlight));
        rig.Ask("/other");
        Assert.True(rig.Respond());
        rig.Rig.Send(slow, body[^1..]);
        Assert.Equal(["/other", "/up"], rig.Paths);
        Assert.Equal("0123456789", rig.Requests[1].Request.Body);
        rig.Respond();
        Assert.Equal("hello", HeldRig.Only(slow, "POST").Body);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void Request_WithAPipelinedOneAfter_BothArriveUnchanged(int pieces)
    {
        using var rig = new HeldRig(Patient);
        string all = Post + "Content-Length: 5\r\n\r\nhello" + Rig.Get("/next");
        FakeSocket client = rig.Rig.Connect();
        foreach (char[] piece in all.Chunk(Math.Max(1, all.Length / pieces)))
        {
            rig.Rig.Send(client, new string(piece));
        }
        rig.RespondToAll();
        Assert.Equal([("/up", "hello"), ("/next", "")], rig.Requests.Select(received => (HeldRig.PathOf(received.Request), received.Request.Body)));
    }

    [Fact]
    public void LongBody_BufferIsFull_ServerIsLeasedAndTheRestForwarded()
    {
        using var rig = new HeldRig(Patient);
        string body = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i:00000}"));
        FakeSocket client = rig.Rig.Connect($"{Post}Content-Length: {body.Length}\r\n\r\n{body[..20_000]}");
        Assert.Empty(rig.Rig.Servers);
        rig.Rig.Send(client, body[20_000..40_000]);
        Assert.Single(rig.Rig.Servers);
        rig.Rig.Send(client, body[40_000..]);
        Assert.Equal(body, Assert.Single(rig.Requests).Request.Body);
    }

    [Fact]
    public void NoServerHasALimit_HeadIsSentAtOnce()
    {
        using var rig = new Rig(Patient);
        rig.Connect(Post + "Content-Length: 10\r\n\r\n");
        Assert.StartsWith("POST /up ", Assert.Single(rig.Servers).TakenText);
    }

    /// <summary>RFC 9110 section 10.1.1: a proxy forwards the expectation, and the client waits for the server.</summary>
    [Fact]
    public void ExpectContinue_HeadIsSentAtOnce()
    {
        using var rig = new HeldRig(Patient);
        FakeSocket client = rig.Rig.Connect(Post + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        Assert.Contains("100-continue", Assert.Single(rig.Rig.Servers).TakenText);
        rig.Rig.Send(rig.Rig.Servers[0], "HTTP/1.1 100 Continue\r\n\r\n");
        rig.Rig.Send(client, "hello");
        Assert.Equal("hello", Assert.Single(rig.Requests).Request.Body);
    }

    [Fact]
    public void Chunk_IsMalformed_Is400AndNoServerIsUsed()
    {
        using var rig = new HeldRig(Patient);
        FakeSocket client = rig.Rig.Connect(Post + "Transfer-Encoding: chunked\r\n\r\n");
        rig.Rig.Send(client, "none\r\n");
        Assert.Equal("bad-chunk", HeldRig.Only(client).Field("X-Carousel-Reason"));
        Assert.Empty(rig.Rig.Servers);
    }

    [Fact]
    public void Body_Pauses_Is408()
    {
        using var rig = new HeldRig(Patient);
        FakeSocket client = rig.Rig.Connect(Post + "Content-Length: 10\r\n\r\n");
        rig.Rig.Advance(6_000);
        rig.Rig.Send(client, "x");
        rig.Rig.Advance(6_990);
        Assert.Empty(client.TakenText);
        rig.Rig.Advance(10 + TimingWheel.TickMs);
        Assert.Equal("request-body-timeout", HeldRig.Only(client).Field("X-Carousel-Reason"));
        FailureEvent failure = Assert.Single(rig.Failures());
        Assert.Equal((FailureReason.RequestBodyTimeout, "receiving the request's body"), (failure.Reason, failure.Activity));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Client_ClosesInTheBody_NoServerIsUsed(bool resets)
    {
        using var rig = new HeldRig(Patient);
        FakeSocket client = rig.Rig.Connect(Post + "Content-Length: 10\r\n\r\nhalf");
        (resets ? () => client.Reset() : (Action)client.Finish)();
        rig.Rig.Run();
        Assert.True(client.IsClosed);
        Assert.Empty(rig.Rig.Servers);
    }
}

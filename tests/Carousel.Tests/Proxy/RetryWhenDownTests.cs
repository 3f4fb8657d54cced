using Carousel.Core.Pools;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Retries on another server, after the connection closed or the server was found down.</summary>
public sealed class RetryWhenDownTests
{
    private static readonly PoolOptions RetriesWaiting = new() { Health = new() { Path = "/healthz" } };

    [Theory]
    [InlineData("GET", "", true)]
    [InlineData("PUT", "some body", true)]
    [InlineData("DELETE", "", true)]
    [InlineData("POST", "some body", false)]
    [InlineData("PATCH", "some body", false)]
    public void NewConnection_Closes_AnotherServerIsTriedIfRetryable(string method, string body, bool isRetryable)
    {
        using var rig = new Rig(servers: 2);
        rig.OnRequest = (socket, _) => ReferenceEquals(socket, rig.Servers[0]) ? [null] : [Rig.Ok("hello")];
        FakeSocket client = rig.Connect($"{method} / HTTP/1.1\r\nHost: h\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        Message response = Assert.Single(Message.Responds(client.TakenText, [method], client.EndSent));
        Assert.Equal(isRetryable ? 200 : 502, response.Status);
        Assert.Equal(isRetryable ? 2 : 1, rig.Servers.Count);
        if (isRetryable)
        {
            Assert.Equal(rig.Servers[0].TakenText, rig.Servers[1].TakenText);
            Assert.NotEqual(SessionRig.ServerOf(rig.Servers[0]), SessionRig.ServerOf(rig.Servers[1]));
        }
        Assert.Contains(FailureReason.ServerClosed, rig.Reasons());
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 4)]
    public void NewConnections_AllClose_RetriesPlusOneServersAreTried(int retries, int expected)
    {
        using var rig = new Rig(pool: new PoolOptions { Retries = retries }, servers: 6) { OnRequest = (_, _) => [null] };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        Assert.Equal("server-closed", Assert.Single(Message.Responds(client.TakenText, ["GET"], client.EndSent)).Field("X-Carousel-Reason"));
        Assert.Equal(expected, rig.Servers.Count);
        Assert.Equal(expected, rig.Servers.Select(SessionRig.ServerOf).Distinct().Count());
        rig.AssertNothingLeft();
    }

    /// <summary>A hundred in ten seconds are always allowed; skipping servers that can't be connected is not limited.</summary>
    [Fact]
    public void Budget_Spent_RequestFailsButRefusedConnectionsAreSkipped()
    {
        using var rig = new Rig(pool: new PoolOptions { Outliers = new() { IsOn = false } }, servers: 2);
        rig.OnRequest = (socket, _) => SessionRig.ServerOf(socket) == 0 ? [null] : [Rig.Ok("hello")];
        int failed = 0;
        for (int i = 0; i < 240; i++)
        {
            failed += rig.Connect(Rig.Get("/")).TakenText.Contains("server-closed") ? 1 : 0;
        }
        Assert.Equal(100, rig.Servers.Count(socket => SessionRig.ServerOf(socket) == 0) - failed);
        rig.Network.OnConnect = to => to.AddressBytes[3] == 1 ? -Errno.ECONNREFUSED : 0;
        for (int i = 0; i < 20; i++)
        {
            Assert.Contains("hello", rig.Connect(Rig.Get("/")).TakenText);
        }
        rig.Network.OnConnect = _ => 0;
        rig.Advance(10_000);
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Contains("hello", rig.Connect(Rig.Get("/")).TakenText));
    }

    /// <summary>The first retry after a kept connection is free of budget, however many there are.</summary>
    [Fact]
    public void KeptConnections_AlwaysClose_NoGetFails()
    {
        using var rig = new Rig();
        rig.OnRequest = (socket, _) => Message.Requests(socket.TakenText).Count == 1 ? [Rig.Ok("hello")] : [null];
        for (int i = 0; i < 300; i++)
        {
            Assert.Contains("hello", rig.Connect(Rig.Get("/")).TakenText);
        }
    }

    [Theory]
    [InlineData("GET", "", false, true)]
    [InlineData("GET", "", true, true)]
    [InlineData("PUT", "some body", false, true)]
    [InlineData("POST", "some body", false, false)]
    public void Server_FoundDown_WaitingRequestIsRetriedIfRetryable(string method, string body, bool reused, bool isRetryable)
    {
        using var rig = new Rig(pool: RetriesWaiting, servers: 2);
        FakeSocket client = rig.Connect();
        if (reused)
        {
            rig.Send(client, Rig.Get("/1"));
            rig.Send(client, Rig.Get("/2"));
        }
        rig.OnRequest = (socket, _) => SessionRig.ServerOf(socket) == 0 ? null : [Rig.Ok("hello again")];
        rig.Send(client, $"{method} / HTTP/1.1\r\nHost: h\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        Assert.DoesNotContain("hello again", client.TakenText);
        OutlierTests.Down(rig, 0);
        Assert.Equal(isRetryable, client.TakenText.Contains("hello again"));
        Assert.Equal(isRetryable ? [FailureReason.ServerDown] : [], rig.Reasons());
        rig.AssertNothingLeft();
    }

    /// <summary>A failed connect probe says nothing about a request in progress: the server may process one at a time and be busy with it.</summary>
    [Fact]
    public void Server_FoundDownByConnectingOnly_RequestKeepsWaitingAndIsExecutedOnce()
    {
        using var rig = new Rig(servers: 2) { OnRequest = (_, _) => null };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        OutlierTests.Down(rig, 0);
        Assert.Empty(client.TakenText);
        rig.Send(Assert.Single(rig.Servers), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        Assert.Contains("hello", client.TakenText);
        Assert.Empty(rig.Reasons());
        rig.AssertNothingLeft();
    }

    /// <summary>The request may be what crashes the servers.</summary>
    [Fact]
    public void Servers_FoundDownOneAfterTheOther_RequestIsRetriedOnce()
    {
        using var rig = new Rig(pool: RetriesWaiting, servers: 4) { OnRequest = (_, _) => null };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        OutlierTests.Down(rig, 0);
        OutlierTests.Down(rig, 1);
        Assert.Equal(2, rig.Servers.Count);
        rig.Send(rig.Servers[1], "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        Assert.Contains("hello", client.TakenText);
        // The limit is per request.
        rig.Send(client, Rig.Get("/2"));
        OutlierTests.Down(rig, 2);
        Assert.Equal(4, rig.Servers.Count);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Server_FoundDownWhileConnecting_NextIsTried()
    {
        using var rig = new Rig(servers: 2, addresses: 2);
        rig.Network.OnConnect = to => to.AddressBytes[3] == 1 ? -Errno.EINPROGRESS : 0;
        FakeSocket client = rig.Connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
        Assert.Empty(client.TakenText);
        OutlierTests.Down(rig, 0);
        Assert.Contains("hello", client.TakenText);
        Assert.Equal(2, rig.Servers.Count);
        rig.AssertNothingLeft();
    }

    /// <summary>There is no other server: this one may recover, so the request keeps waiting.</summary>
    [Fact]
    public void Server_FoundDownAndThereIsNoOther_RequestKeepsWaiting()
    {
        using var rig = new Rig(pool: RetriesWaiting, servers: 2) { OnRequest = (_, _) => null };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        OutlierTests.Down(rig, 0, 1);
        Assert.Empty(client.TakenText);
        rig.Send(Assert.Single(rig.Servers), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        Assert.Contains("hello", client.TakenText);
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData("HTTP/1.1 103 Early Hints\r\n\r\n")]
    [InlineData("HTTP/1.1 2")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")]
    public void Server_FoundDownAfterAByteOfTheResponse_IsNotRetried(string beginning)
    {
        using var rig = new Rig(pool: RetriesWaiting, servers: 2) { OnRequest = (_, _) => [Rig.Bytes(beginning)] };
        rig.Connect(Rig.Get("/"));
        OutlierTests.Down(rig, 0);
        Assert.Single(rig.Servers);
    }

    /// <summary>A request that no longer fits its buffer can't be retried.</summary>
    [Fact]
    public void NewConnection_ClosesDuringALargePut_Is502()
    {
        using var rig = new Rig(servers: 2);
        string body = new('b', 100_000);
        FakeSocket client = rig.Connect($"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        Assert.Contains("hello", client.TakenText);
        rig.OnRequest = (_, _) => [null];
        client = rig.Connect($"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        Assert.Contains("server-closed", client.TakenText);
        Assert.Equal(2, rig.Servers.Count);
        rig.AssertNothingLeft();
    }
}

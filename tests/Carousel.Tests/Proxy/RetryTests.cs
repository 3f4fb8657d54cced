using Carousel.Engine;
using Carousel.Engine.Linux;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Which requests are retried after which failures.</summary>
public sealed class RetryTests
{
    private static readonly string[] Idempotent = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"];
    private static readonly string[] Methods = [.. Idempotent, "POST", "PATCH", "BREW"];

    public enum CloseAt
    {
        /// <summary>The first byte of the request is refused.</summary>
        BeforeTheRequest,
        /// <summary>A part of the request was taken.</summary>
        InTheRequest,
        /// <summary>All of it was taken.</summary>
        BeforeTheResponse,
        /// <summary>A byte of the response was received.</summary>
        InTheResponse,
    }

    public static TheoryData<string, bool, CloseAt, bool> CloseCases => [.. from method in Methods
                                                                       from reused in new[] { false, true }
                                                                       from closeAt in Enum.GetValues<CloseAt>()
                                                                       from clean in new[] { false, true }
                                                                       select (method, reused, closeAt, clean)];

    [Theory]
    [MemberData(nameof(CloseCases))]
    public void Server_Closes_RequestIsRetriedOnlyIfRetryable(string method, bool reused, CloseAt closeAt, bool clean)
    {
        using var rig = new Rig(new EngineOptions { AllowsTrace = true });
        FakeSocket client = rig.Connect();
        if (reused)
        {
            rig.Send(client, Rig.Get("/first"));
        }
        int before = rig.Servers.Count;
        Prepare(rig, reused, closeAt, clean);
        rig.Send(client, $"{method} /second HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
        FakeSocket first = rig.Servers[0];
        if (closeAt is CloseAt.InTheRequest or CloseAt.BeforeTheResponse or CloseAt.InTheResponse)
        {
            CloseServer(first, clean);
            rig.Run();
        }
        bool unsent = closeAt == CloseAt.BeforeTheRequest;
        bool mayRetry = unsent ? reused : reused && Idempotent.Contains(method) && closeAt != CloseAt.InTheResponse;
        Message last = Message.Responds(client.TakenText, reused ? ["GET", method] : [method], client.EndSent)[^1];
        Assert.Equal(mayRetry ? 200 : 502, last.Status);
        Assert.Equal(mayRetry ? null : closeAt == CloseAt.InTheResponse ? "bad-answer" : "server-closed", last.Field("X-Carousel-Reason"));
        Assert.Equal(before + (mayRetry || !reused ? 1 : 0), rig.Servers.Count);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Server_TakesNothingOnNewConnection_NextServerIsTried()
    {
        using var rig = new Rig(servers: 2);
        rig.Network.Connected = server =>
        {
            rig.Servers.Add(server);
            if (rig.Servers.Count == 1)
            {
                server.Reset(Errno.EPIPE);
            }
        };
        FakeSocket client = rig.Connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
        Assert.Contains("hello", client.TakenText);
        Assert.Equal(2, rig.Servers.Count);
        Assert.NotEqual(rig.Servers[0].Peer.AddressBytes.ToArray(), rig.Servers[1].Peer.AddressBytes.ToArray());
    }

    [Theory]
    [InlineData(Errno.ECONNREFUSED, false, "connect-refused", 502)]
    [InlineData(Errno.ECONNREFUSED, true, "connect-refused", 502)]
    [InlineData(Errno.ETIMEDOUT, true, "connect-timeout", 504)]
    [InlineData(113, true, "connect-failed", 502)]
    [InlineData(Errno.EMFILE, false, "out-of-resources", 503)]
    [InlineData(Errno.EADDRNOTAVAIL, false, "out-of-resources", 503)]
    [InlineData(Errno.ENOSPC, false, "out-of-resources", 503)]
    [InlineData(Errno.EAGAIN, false, "out-of-resources", 503)]
    [InlineData(Errno.ENETUNREACH, false, "connect-failed", 502)]
    [InlineData(Errno.EACCES, false, "connect-failed", 502)]
    [InlineData(1, false, "connect-failed", 502)]
    public void Connect_FailsEverywhere_EveryAddressOfEveryServerIsTriedOnce(int errno, bool inProgress, string reason, int status)
    {
        foreach (string method in Methods)
        {
            using var rig = new Rig(new EngineOptions { AllowsTrace = true }, servers: 3, addresses: 2);
            var tried = new List<string>();
            rig.Network.OnConnect = address =>
            {
                tried.Add(Convert.ToHexString(address.AddressBytes));
                return inProgress ? -Errno.EINPROGRESS : -errno;
            };
            rig.Network.Connected = server =>
            {
                rig.Servers.Add(server);
                server.EndConnect(errno);
            };
            FakeSocket client = rig.Connect($"{method} / HTTP/1.1\r\nHost: h\r\n\r\n");
            Message response = Assert.Single(Message.Responds(client.TakenText, [method], client.EndSent));
            Assert.Equal(status, response.Status);
            Assert.Equal(reason, response.Field("X-Carousel-Reason"));
            Assert.Equal(6, tried.Distinct().Count());
            Assert.Equal(6, tried.Count);
            Assert.False(client.IsClosed);
            rig.AssertNothingLeft();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Connect_OneAddressWorks_IsServed(int working)
    {
        foreach (string method in Methods)
        {
            using var rig = new Rig(new EngineOptions { AllowsTrace = true }, servers: 2, addresses: 2);
            int attempts = 0;
            rig.Network.OnConnect = _ => attempts++ == working ? 0 : -Errno.ECONNREFUSED;
            FakeSocket client = rig.Connect($"{method} / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
            Assert.Equal(200, Assert.Single(Message.Responds(client.TakenText, [method], false)).Status);
            Assert.Equal(working + 1, attempts);
        }
    }

    [Fact]
    public void Connect_SucceedsLater_IsServed()
    {
        using var rig = new Rig();
        rig.Network.OnConnect = _ => -Errno.EINPROGRESS;
        FakeSocket client = rig.Connect(Rig.Get("/"));
        Assert.Empty(client.TakenText);
        rig.Servers[0].EndConnect(0);
        rig.Run();
        Assert.Contains("hello", client.TakenText);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Request_NoServer_Is503()
    {
        using var rig = new Rig(servers: 0);
        FakeSocket client = rig.Connect(Rig.Get("/"));
        Assert.Equal("no-server", Assert.Single(Message.Responds(client.TakenText, ["GET"], false)).Field("X-Carousel-Reason"));
    }

    /// <summary>A kept connection that its server has closed: a non-idempotent request must not be sent on it.</summary>
    [Fact]
    public void Post_KeptConnectionClosedUnnoticed_UsesANewOne()
    {
        using var rig = new Rig();
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        rig.Servers[0].Finish();
        rig.Servers[0].IsTouched = false; // Its event is delivered later.
        rig.Send(client, "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
        Assert.DoesNotContain("POST", rig.Servers[0].TakenText);
        Assert.Contains("POST", rig.Servers[1].TakenText);
        Assert.Equal(2, Message.Responds(client.TakenText, ["GET", "POST"], false).Count);
        rig.AssertNothingLeft();
    }

    private static void Prepare(Rig rig, bool reused, CloseAt closeAt, bool clean)
    {
        void Limit(FakeSocket server)
        {
            if (closeAt == CloseAt.BeforeTheRequest)
            {
                server.Reset(Errno.EPIPE);
                server.IsTouched = false;
            }
            if (closeAt == CloseAt.InTheRequest)
            {
                server.Room = 10;
                server.RoomAtATime = 0;
            }
        }

        if (reused)
        {
            Limit(rig.Servers[0]);
        }
        else
        {
            rig.Network.Connected = server =>
            {
                rig.Servers.Add(server);
                Limit(server);
            };
        }
        rig.OnRequest = (server, _) => !ReferenceEquals(server, rig.Servers[0]) ? [Rig.Ok("hello")]
            : closeAt == CloseAt.InTheResponse ? [Rig.Bytes("HTTP/1.1 2")] : null;
    }

    private static void CloseServer(FakeSocket server, bool clean)
    {
        if (clean)
        {
            server.Finish();
        }
        else
        {
            server.Reset();
        }
    }
}

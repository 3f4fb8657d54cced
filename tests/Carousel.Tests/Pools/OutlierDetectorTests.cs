using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Tests.Harness;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Pools;

/// <summary>Which servers of a pool may be ejected, and what is logged.</summary>
public class OutlierDetectorTests
{
    private const long Now = 1_000_000;

    private readonly FailureLog _log = new();

    [Fact]
    public void Failed_ThreeInARow_EjectsAndLogs()
    {
        (OutlierDetector breaker, ImmutableArray<Server> servers) = Make("a\nb");
        Fail(breaker, servers[0], FailureReason.ConnectRefused, 3);
        Assert.Equal([CircuitState.Open, CircuitState.Closed], States(servers));
        Assert.Equal(new ServerNews(servers[0], FailureReason.ConnectRefused, 0, 3, 0, 1_000), NextUpdate());
        Assert.True(servers[0].Load.TryEnter(Now + 1_000));
        breaker.OnResponse(servers[0], servers[0].Load.Breaker.Epoch, 200, Now + 1_001);
        Assert.Equal([CircuitState.Closed, CircuitState.Closed], States(servers));
        Assert.Equal(new ServerNews(servers[0], FailureReason.None, 200, 0, 0, 0), NextUpdate());
        Assert.True(servers[0].Load.IsRamping(Now + 1_002));
    }

    [Fact]
    public void Failed_Trial_LogsOneFailure()
    {
        (OutlierDetector breaker, ImmutableArray<Server> servers) = Make("a\nb");
        Fail(breaker, servers[0], FailureReason.ConnectRefused, 3);
        NextUpdate();
        Assert.True(servers[0].Load.TryEnter(Now + 1_000));
        breaker.OnFailure(servers[0], servers[0].Load.Breaker.Epoch, FailureReason.AnswerTimeout, Now + 1_000);
        Assert.Equal(new ServerNews(servers[0], FailureReason.AnswerTimeout, 0, 1, 0, 2_000), NextUpdate());
    }

    [Fact]
    public void Failed_LastServer_StaysIn()
    {
        (OutlierDetector breaker, ImmutableArray<Server> servers) = Make("a\nb\nc");
        foreach (Server server in servers)
        {
            Fail(breaker, server, FailureReason.ServerClosed, 10);
        }
        Assert.Equal([CircuitState.Open, CircuitState.Open, CircuitState.Closed], States(servers));
    }

    [Fact]
    public void Failed_OnlyABackupRemains_IsEjected()
    {
        (OutlierDetector breaker, ImmutableArray<Server> servers) = Make("a\nb backup\nc drain\nd weight=0");
        Fail(breaker, servers[0], FailureReason.ConnectRefused, 3);
        Fail(breaker, servers[1], FailureReason.ConnectRefused, 9);
        Assert.Equal([CircuitState.Open, CircuitState.Closed], States(servers)[..2]);
    }

    /// <summary>A server that takes no new sessions may be ejected: other requests do not lose it.</summary>
    [Fact]
    public void Failed_DrainingServer_IsEjected()
    {
        (OutlierDetector breaker, ImmutableArray<Server> servers) = Make("a\nb drain");
        Fail(breaker, servers[1], FailureReason.AnswerTimeout, 3);
        Assert.Equal([CircuitState.Closed, CircuitState.Open], States(servers));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(7, 3)]
    public void Responded_AllWithABadStatus_AtMostHalfAreEjected(int count, int expected)
    {
        (OutlierDetector breaker, ImmutableArray<Server> servers) = Make(string.Join('\n', Enumerable.Range(0, count).Select(i => $"s{i}")));
        foreach (Server server in servers)
        {
            for (int i = 0; i < 50; i++)
            {
                breaker.OnResponse(server, server.Load.Breaker.Epoch, 503, Now);
            }
        }
        Assert.Equal(expected, States(servers).Count(state => state == CircuitState.Open));
        foreach (Server server in servers)
        {
            Fail(breaker, server, FailureReason.AnswerTimeout, 10);
        }
        Assert.Equal(expected, States(servers).Count(state => state == CircuitState.Open));
    }

    [Fact]
    public void Responded_BadStatuses_LogsTheRate()
    {
        (OutlierDetector breaker, ImmutableArray<Server> servers) = Make("a\nb");
        for (int i = 0; i < 20; i++)
        {
            breaker.OnResponse(servers[0], servers[0].Load.Breaker.Epoch, 502, Now);
        }
        Assert.Equal(new ServerNews(servers[0], FailureReason.None, 502, 20, 20, 1_000), NextUpdate());
    }

    [Fact]
    public void Responded_OtherStatuses_EjectNoServer()
    {
        (OutlierDetector breaker, ImmutableArray<Server> servers) = Make("a\nb");
        for (int i = 0; i < 100; i++)
        {
            breaker.OnResponse(servers[0], servers[0].Load.Breaker.Epoch, i % 2 == 0 ? 500 : 404, Now);
        }
        Assert.Equal(CircuitState.Closed, servers[0].Load.Breaker.State);
    }

    [Fact]
    public void Failed_EjectionIsOff_EjectsNoServer()
    {
        (OutlierDetector breaker, ImmutableArray<Server> servers) = Make("a\nb", new OutlierOptions { IsOn = false });
        Fail(breaker, servers[0], FailureReason.ConnectRefused, 100);
        Assert.Equal(CircuitState.Closed, servers[0].Load.Breaker.State);
    }

    /// <summary>Failures that the server did not cause never count.</summary>
    [Fact]
    public void Failed_NotCausedByServer_EjectsNoServer()
    {
        foreach (FailureReason reason in Enum.GetValues<FailureReason>().Where(reason => reason.Describe().Side != FailureSide.Server))
        {
            (OutlierDetector breaker, ImmutableArray<Server> servers) = Make("a\nb");
            Fail(breaker, servers[0], reason, 100);
            Assert.Equal(CircuitState.Closed, servers[0].Load.Breaker.State);
        }
    }

    [Fact]
    public void GiveBack_TrialWithoutResult_NextRequestIsTheTrial()
    {
        (OutlierDetector breaker, ImmutableArray<Server> servers) = Make("a\nb");
        Fail(breaker, servers[0], FailureReason.ConnectRefused, 3);
        Assert.True(servers[0].Load.TryEnter(Now + 1_000));
        Assert.False(servers[0].Load.TryEnter(Now + 1_000));
        Assert.Equal(1, servers[0].Load.InFlight);
        servers[0].Load.Leave();
        OutlierDetector.GiveBack(servers[0], servers[0].Load.Breaker.Epoch, Now + 1_000);
        Assert.True(servers[0].Load.TryEnter(Now + 1_000));
    }

    /// <summary>Threads report failures of all servers as fast as possible: one server is always in.</summary>
    [Fact]
    public void Failed_ManyThreads_LastServerStaysIn() => Gen.Int[2, 6].Sample(count =>
    {
        (OutlierDetector breaker, ImmutableArray<Server> servers) = Make(string.Join('\n', Enumerable.Range(0, count).Select(i => $"s{i}")));
        Parallel.For(0, 4, thread =>
        {
            for (int i = 0; i < 500; i++)
            {
                Server server = servers[(i + thread) % count];
                breaker.OnFailure(server, server.Load.Breaker.Epoch, FailureReason.ConnectRefused, Now);
            }
        });
        Assert.Equal(1, States(servers).Count(state => state == CircuitState.Closed));
    }, iter: 20, threads: 1);

    private static void Fail(OutlierDetector breaker, Server server, FailureReason reason, int times)
    {
        for (int i = 0; i < times; i++)
        {
            breaker.OnFailure(server, server.Load.Breaker.Epoch, reason, Now);
        }
    }

    private static CircuitState[] States(IEnumerable<Server> servers) => [.. servers.Select(server => server.Load.Breaker.State)];

    private ServerNews NextUpdate()
    {
        Assert.True(_log.TryRead(out ServerNews update));
        Assert.False(_log.TryRead(out ServerNews _));
        return update;
    }

    private (OutlierDetector, ImmutableArray<Server>) Make(string lines, OutlierOptions? options = null)
    {
        ImmutableArray<Server> servers = TestPool.Servers(ServersParser.Parse(lines).Servers);
        var status = new ServerStatus([new IPEndPoint(IPAddress.Loopback, 1)], IsHealthy: true);
        var pool = TestPool.Of(PoolBuilder.Build(servers, [.. servers.Select(_ => status)]), new PoolOptions { Outliers = options ?? new OutlierOptions() }, log: _log);
        return (pool.Outliers, servers);
    }
}

using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Config;
using Carousel.Core.Health;
using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Pools;

/// <summary>Changes of a pool by a new list, and by single-server commands.</summary>
public class PoolApplyTests
{
    private const string Three = "10.0.0.1\n10.0.0.2\n10.0.0.3";

    private readonly ManualTime _time = new();
    private Pool _pool;
    private PoolMembership _membership;

    public PoolApplyTests()
    {
        _pool = Start(isProbed: false);
        _membership = _pool.Membership;
    }

    /// <summary>Three servers that are up.</summary>
    private Pool Start(bool isProbed)
    {
        ImmutableArray<Server> servers = TestPool.Servers(Entries(Three));
        var options = new PoolOptions { Health = new HealthOptions { IsOn = isProbed } };
        return TestPool.Of(PoolBuilder.Build(servers), options, _time);
    }

    private PoolSnapshot Now => _pool.Current;

    internal static ServerEntry Entry(string line) => Assert.Single(Entries(line));

    [Theory]
    [InlineData(Three)]
    [InlineData("# moved\n\n10.0.0.3\n10.0.0.1 # comment\n\n10.0.0.2")]
    public void Apply_SameServers_PublishesNothing(string text)
    {
        PoolSnapshot before = Now;
        Assert.Equal("no changes", Apply(text));
        Assert.Same(before, Now);
    }

    [Fact]
    public void Apply_OnlyLinesMoved_UpdatesLineNumbers()
    {
        Apply("\n\n10.0.0.1\n10.0.0.2\n10.0.0.3");
        Assert.Equal([3, 4, 5], Now.Servers.Select(server => server.Entry.Line));
    }

    [Fact]
    public void Apply_NewLines_AreInListOrder()
    {
        Server[] old = [.. Now.Servers];
        Assert.Equal("added http://10.0.0.9:80, http://10.0.0.8:80 (eight), http://10.0.0.7:80",
            Apply("10.0.0.9\n10.0.0.1\n10.0.0.8 name=eight\n10.0.0.2\n10.0.0.3\n10.0.0.7"));
        Assert.Equal("9 1 8 2 3 7", Ring());
        Assert.Equal([old[0], old[1], old[2]], Now.Servers.Where(old.Contains));
        Assert.Equal(6, Now.Servers.Select(server => server.Slot).Distinct().Count());
    }

    [Fact]
    public void Apply_NewServer_OnlyItStartsSlowly()
    {
        Apply(Three + "\n10.0.0.4");
        long nowMs = (long)_time.GetElapsedTime(0).TotalMilliseconds;
        Assert.Equal([false, false, false, true], Now.Servers.Select(server => server.Load.IsRamping(nowMs)));
    }

    [Fact]
    public void Apply_NewServerAndProbes_WaitsForItsVerdict()
    {
        _pool = Start(isProbed: true);
        _membership = _pool.Membership;
        _membership.Apply(Entries(Three + "\n10.0.0.4"));
        Assert.Equal("1 2 3", Ring());
        _membership.SetHealth(Tag(4), true);
        Assert.Equal("1 2 3 4", Ring());
    }

    [Fact]
    public void Apply_NewServerWithAKnownName_HasItsAddresses()
    {
        Apply(Three + "\napi:1");
        _membership.SetAddresses("api", [IPAddress.Parse("10.9.9.9")]);
        Apply(Three + "\napi:1\napi:2");
        Assert.Equal([IPEndPoint.Parse("10.9.9.9:2")], Now.EndPoints(Now.Servers[^1]));
        Assert.Equal("1 2 3 api:1 api:2", Ring());
    }

    [Fact]
    public void Apply_LineDeleted_ServesOnlyExistingSessions()
    {
        Server server = Now.Servers[1];
        Assert.Equal("draining http://10.0.0.2:80", Apply("10.0.0.1\n10.0.0.3"));
        Assert.Equal("1 3", Ring());
        Assert.Same(server, Now.Find(server.Tag));
        Assert.Equal((true, true, false), (Now[server].IsLeaving, Now.CanServe(server), Now.TakesNewTraffic(server)));
    }

    [Fact]
    public void Apply_LineRestored_KeepsPlaceAndState()
    {
        Server server = Now.Servers[1];
        Apply("10.0.0.1\n10.0.0.3");
        _membership.SetHealth(server.Tag, false);
        Assert.Equal("restored http://10.0.0.2:80", Apply("10.0.0.2\n10.0.0.3\n10.0.0.1"));
        Assert.Equal("1 3", Ring());
        _membership.SetHealth(server.Tag, true);
        Assert.Equal("1 2 3", Ring());
        Assert.Same(server, Now.Servers[1]);
    }

    /// <summary>All servers are replaced: the old ones serve until the first new one can.</summary>
    [Fact]
    public void Apply_NoOtherServerCanServe_LeavingServersTakeNewSessions()
    {
        _pool = Start(isProbed: true);
        _membership = _pool.Membership;
        _membership.Apply(Entries("10.0.0.8\n10.0.0.9"));
        Assert.Equal("1 2 3", Ring());
        _membership.SetHealth(Tag(9), true);
        Assert.Equal("9", Ring());
        _membership.SetHealth(Tag(9), false);
        Assert.Equal("1 2 3", Ring());
    }

    [Fact]
    public void Apply_Options_ChangeInPlace()
    {
        Server[] before = [.. Now.Servers];
        Candidates candidates = Now.Primary;
        Assert.Equal("changed http://10.0.0.2:80 (two) (weight 1 -> 3, max none -> 7, name 10.0.0.2:80 -> two)", Apply("10.0.0.1\n10.0.0.2 weight=3 max=7 name=two\n10.0.0.3"));
        Assert.Equal(before, Now.Servers);
        Assert.NotSame(candidates, Now.Primary);
        Assert.Equal([1, 3, 1], Now.Primary.Weights);
        Assert.Equal((7, "two"), (before[1].Load.Max, before[1].ToString()));
        Assert.Equal("changed http://10.0.0.2:80 (weight 3 -> 0, max 7 -> none, drain, name two -> 10.0.0.2:80)", Apply("10.0.0.1\n10.0.0.2 weight=0 drain\n10.0.0.3"));
        Assert.Equal("1 3", Ring());
    }

    [Fact]
    public void Apply_BackupSetAndCleared_ServerMovesBetweenRings()
    {
        Assert.Equal("changed http://10.0.0.1:80 (backup), http://10.0.0.3:80 (backup)", Apply("10.0.0.1 backup\n10.0.0.2\n10.0.0.3 backup"));
        Assert.Equal(("2", "1 3"), (Ring(), Ring(backup: true)));
        Apply(Three);
        Assert.Equal(("1 2 3", ""), (Ring(), Ring(backup: true)));
    }

    [Fact]
    public void Forget_LeavingServer_FreesItsSlot()
    {
        Server removed = Now.Servers[1];
        Assert.False(_membership.Forget(removed));
        Apply("10.0.0.1\n10.0.0.3");
        Assert.True(_membership.Forget(removed));
        Assert.False(_membership.Forget(removed));
        Assert.Equal((null, false), (Now.Find(removed.Tag), Now.CanServe(removed)));
        Apply("10.0.0.1\n10.0.0.3\n10.0.0.4\n10.0.0.5");
        Assert.Equal([0, 2, 1, 3], Now.Servers.Select(server => server.Slot));
        Assert.Equal("1 3 4 5", Ring());
        Assert.False(Now.CanServe(removed));
    }

    [Fact]
    public void Forget_ReplacedByANewServer_DoesNotAffectIt()
    {
        Server removed = Now.Servers[1];
        Apply("10.0.0.1\n10.0.0.3");
        _membership.Forget(removed);
        Apply(Three);
        Assert.NotSame(removed, Now.Find(removed.Tag));
        Assert.False(_membership.Forget(removed));
        Assert.Equal("1 2 3", Ring());
    }

    [Fact]
    public void Commands_EachOutcome_ReturnsItsResult()
    {
        Assert.Equal(ChangeResult.Done, _membership.Drain(Tag(1), true));
        Assert.Equal(ChangeResult.Unchanged, _membership.Drain(Tag(1), true));
        Assert.Equal(ChangeResult.Done, _membership.SetWeight(Tag(2), 0));
        Assert.Equal("3", Ring());
        Assert.Equal(ChangeResult.Done, _membership.Drain(Tag(1), false));
        Assert.Equal(ChangeResult.Done, _membership.SetMax(Tag(1), 5));
        Assert.Equal(5, Now.Find(Tag(1))!.Load.Max);
        Assert.Equal(ChangeResult.Done, _membership.Add(Entry("10.0.0.4")));
        Assert.Equal(ChangeResult.Unchanged, _membership.Add(Entry("10.0.0.4")));
        Assert.Equal("1 3 4", Ring());
        Assert.Equal(ChangeResult.Done, _membership.Remove(Tag(3)));
        Assert.Equal(ChangeResult.NotFound, _membership.Remove(Tag(3)));
        Assert.Equal(ChangeResult.NotFound, _membership.Drain(Tag(3), true));
        Assert.Equal("1 4", Ring());
        Assert.Equal(ChangeResult.Done, _membership.Add(Entry("10.0.0.3 weight=9")));
        Assert.Equal("1 3 4", Ring());
        Assert.Equal(ChangeResult.NotFound, _membership.SetWeight(42, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _membership.SetWeight(Tag(1), 1001));
        Assert.Throws<ArgumentOutOfRangeException>(() => _membership.SetMax(Tag(1), 0));
    }

    [Fact]
    public void Change_ManyServers_IsOneShortLine()
    {
        string line = Apply(string.Join('\n', Enumerable.Range(1, 14).Select(i => $"10.1.0.{i}")));
        Assert.StartsWith("added http://10.1.0.1:80, ", line);
        Assert.Contains(", http://10.1.0.10:80 and 4 more; draining http://10.0.0.1:80, ", line);
    }

    private static ImmutableArray<ServerEntry> Entries(string text) => ServersParser.Parse(text).Servers;

    private static ulong Tag(int server) => ServerIds.Tag($"http://10.0.0.{server}:80");

    private string Apply(string text) => _membership.Apply(Entries(text)).ToString();

    private string Ring(bool backup = false)
    {
        Candidates candidates = backup ? Now.Backup : Now.Primary;
        Server[] inTheRing = candidates.Ring.ToArray();
        Assert.Equal(candidates.Servers, inTheRing);
        return string.Join(' ', inTheRing.Select(server => server.Entry.Address.ToString().Replace("10.0.0.", "").Replace(":80", "")));
    }
}

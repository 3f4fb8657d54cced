using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Config;
using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Tests.Harness;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Pools;

/// <summary>After any updates in any order: rings, snapshot and a simple model agree.</summary>
public class PoolModelTests
{
    private static readonly string[] Universe = ["api:1", "api:2", "web", "10.0.0.1", "10.0.0.2", "10.0.0.3"];
    private static readonly string[] Options = ["", "backup", "drain", "weight=0", "weight=3", "backup weight=2"];
    private static readonly ImmutableArray<IPAddress> Addresses = [IPAddress.Parse("10.9.9.1"), IPAddress.Parse("fd00::1")];

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (3, Gen.Select(Gen.Shuffle(Universe), Gen.Int[1, Universe.Length], Gen.Int[0, Options.Length - 1].Array[Universe.Length])
            .Select((hosts, count, options) => (Step)new Step.List([.. hosts.Take(count).Select((host, i) => $"{host} {Options[options[i]]}")]))),
        (6, Gen.Select(Gen.Int[0, Universe.Length - 1], Gen.Bool).Select((server, good) => (Step)new Step.Health(Universe[server], good))),
        (3, Gen.Select(Gen.Int[0, 1], Gen.Bool).Select((name, good) => (Step)new Step.Name(name == 0 ? "api" : "web", good))),
        (2, Gen.Int[0, Universe.Length - 1].Select(server => (Step)new Step.Forget(Universe[server]))));

    [Fact]
    public void AnyUpdates_InSequence_RingsSnapshotAndModelAgree() => Steps.Array[0, 40].Sample(steps =>
    {
        PoolMembership membership = Membership();
        var model = new Model();
        foreach (Step step in steps)
        {
            Apply(membership, step);
            model.Take(step);
            AssertAgree(membership.Pool.Current);
            Assert.Equal(model.State, State(membership.Pool.Current));
        }
    }, iter: 3_000, print: steps => string.Join("; ", steps.Select(step => step.ToString())));

    /// <summary>A server that always takes new sessions is always found, during any other changes, even while it moves between the rings.</summary>
    [Fact]
    public async Task AnyUpdates_Concurrent_AgreeAtTheEndAndAServerIsAlwaysFound()
    {
        PoolMembership membership = Membership();
        membership.Add(PoolApplyTests.Entry("10.0.0.9"));
        membership.SetHealth(ServerIds.Tag("http://10.0.0.9:80"), true);
        Step[] steps = Steps.Array[3_000].Single();
        var updates = Task.WhenAll(Enumerable.Range(0, 3).Select(thread => Task.Run(() =>
        {
            for (int i = thread; i < steps.Length; i += 3)
            {
                Apply(membership, steps[i] is Step.List list ? new Step.List([.. list.Lines, i % 2 == 0 ? "10.0.0.9" : "10.0.0.9 backup"]) : steps[i]);
            }
        })));
        Assert.Equal(0, Unserved(membership.Pool, () => updates.IsCompleted));
        await updates;
        AssertAgree(membership.Pool.Current);
    }

    /// <summary>All servers are replaced repeatedly: the old ones serve until the new one can, without a gap.</summary>
    [Fact]
    public async Task Replacement_Concurrent_AServerIsAlwaysFound()
    {
        PoolMembership membership = Membership();
        string[] hosts = ["10.0.0.1", "10.0.0.2"];
        membership.Add(PoolApplyTests.Entry(hosts[0]));
        membership.SetHealth(Tag(hosts[0]), true);
        Task updates = Task.Run(() =>
        {
            for (int i = 1; i < 10_000; i++)
            {
                membership.Apply([PoolApplyTests.Entry(hosts[i % 2])]);
                membership.SetHealth(Tag(hosts[i % 2]), true);
                membership.SetHealth(Tag(hosts[i % 2]), i % 3 != 0);
                membership.SetHealth(Tag(hosts[i % 2]), true);
                Assert.True(membership.Forget(membership.Pool.Current.Find(Tag(hosts[(i + 1) % 2]))!));
            }
        }, TestContext.Current.CancellationToken);
        Assert.Equal(0, Unserved(membership.Pool, () => updates.IsCompleted));
        await updates;
    }

    private static int Unserved(Pool pool, Func<bool> isOver)
    {
        var picker = new Picker(new RoundRobin(), new RoundRobin(), new SlowStart(seed: 1));
        var tried = new SlotSet();
        int unserved = 0;
        while (!isOver())
        {
            PoolSnapshot snapshot = pool.Current;
            Server? server = picker.Pick(snapshot, tried, 0);
            server?.Load.Leave();
            unserved += server is null && ReferenceEquals(snapshot, pool.Current) ? 1 : 0;
        }
        return unserved;
    }

    private static PoolMembership Membership() => TestPool.Of(PoolBuilder.Build([]), TestPool.Probed).Membership;

    private static ImmutableArray<ServerEntry> Entries(Step.List list) => ServersParser.Parse(string.Join('\n', list.Lines)).Servers;

    private static ulong Tag(string host) => ServerIds.Tag(PoolApplyTests.Entry(host).Address.Url);

    private static void Apply(PoolMembership membership, Step step)
    {
        switch (step)
        {
            case Step.List list:
                membership.Apply(Entries(list));
                break;
            case Step.Health health:
                membership.SetHealth(Tag(health.Host), health.Good);
                break;
            case Step.Name name:
                membership.SetAddresses(name.Host, name.Good ? Addresses : []);
                break;
            case Step.Forget forget when membership.Pool.Current.Find(Tag(forget.Host)) is { } server:
                membership.Forget(server);
                break;
        }
    }

    /// <summary>Each ring contains the servers of its kind that take new sessions, in the order of their places; slots are unique.</summary>
    private static void AssertAgree(PoolSnapshot pool)
    {
        foreach (Candidates candidates in (Candidates[])[pool.Primary, pool.Backup])
        {
            Assert.Equal(candidates.Servers, candidates.Ring.ToArray());
            Assert.Equal(pool.Servers.Where(server => pool.TakesNewTraffic(server) && server.Entry.Backup == ReferenceEquals(candidates, pool.Backup)), candidates.Servers);
        }
        Assert.Equal(pool.Servers.Length, pool.Servers.Select(server => server.Slot).Distinct().Count());
        Assert.All(pool.Servers, server => Assert.True(server.Slot < Universe.Length + 1));
        Assert.All(pool.Servers, server => Assert.Same(server, pool.Find(server.Tag)));
    }

    private static string State(PoolSnapshot pool) => string.Join(' ', pool.Servers.Select(server =>
        Describe(server.Entry, pool[server].IsHealthy, !pool.EndPoints(server).IsEmpty, pool[server].IsLeaving, pool.TakesNewTraffic(server))));

    private static string Describe(ServerEntry entry, bool healthy, bool reachable, bool leaving, bool takesNewSessions) =>
        $"{entry.Address}:{entry.Weight}{(entry.Backup ? "b" : "")}{(entry.Drain ? "d" : "")}{(healthy ? "h" : "")}{(reachable ? "r" : "")}{(leaving ? "l" : "")}{(takesNewSessions ? "!" : "")}";

    private abstract record Step
    {
        public sealed record List(string[] Lines) : Step
        {
            public override string ToString() => $"[{string.Join(", ", Lines)}]";
        }

        public sealed record Health(string Host, bool Good) : Step;

        public sealed record Name(string Host, bool Good) : Step;

        public sealed record Forget(string Host) : Step;
    }

    private sealed class Member(ServerEntry entry)
    {
        public ServerEntry Entry { get; set; } = entry;
        public bool Healthy { get; set; }
        public bool Reachable { get; set; }
        public bool Leaving { get; set; }
        public bool WouldTakeNewTraffic => Healthy && Reachable && Entry is { Drain: false, Weight: > 0 };
    }

    private sealed class Model
    {
        private readonly List<Member> _members = [];

        public string State
        {
            get
            {
                bool anyStays = _members.Any(member => member is { Leaving: false, WouldTakeNewTraffic: true });
                return string.Join(' ', _members.Select(member =>
                    Describe(member.Entry, member.Healthy, member.Reachable, member.Leaving, member.WouldTakeNewTraffic && !(member.Leaving && anyStays))));
            }
        }

        public void Take(Step step)
        {
            switch (step)
            {
                case Step.List list:
                    Take(Entries(list));
                    break;
                case Step.Health health when Find(PoolApplyTests.Entry(health.Host)) is { } member:
                    member.Healthy = health.Good;
                    break;
                case Step.Name name:
                    _members.Where(member => member.Entry.Address.Host == name.Host).ToList().ForEach(member => member.Reachable = name.Good);
                    break;
                case Step.Forget forget:
                    _members.RemoveAll(member => member.Leaving && member.Entry.Address == PoolApplyTests.Entry(forget.Host).Address);
                    break;
            }
        }

        private void Take(ImmutableArray<ServerEntry> entries)
        {
            Member[] before = [.. _members];
            _members.ForEach(member => member.Leaving = !entries.Any(entry => entry.Address == member.Entry.Address));
            int place = 0;
            foreach (ServerEntry entry in entries)
            {
                if (Find(entry) is not { } member)
                {
                    member = new Member(entry)
                    {
                        Reachable = IPAddress.TryParse(entry.Address.Host, out _)
                            || before.Any(other => other.Entry.Address.Host == entry.Address.Host && other.Reachable),
                    };
                    _members.Insert(place, member);
                }
                member.Entry = entry;
                place = _members.IndexOf(member) + 1;
            }
        }

        private Member? Find(ServerEntry entry) => _members.Find(member => member.Entry.Address == entry.Address);
    }
}

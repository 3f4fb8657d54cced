using Carousel.Core.Policies;
using Carousel.Core.Servers;
using Carousel.Tests.Harness;
using CsCheck;
using Xunit;
using static Carousel.Tests.Policies.PolicyFixture;

namespace Carousel.Tests.Policies;

/// <summary>Properties of every policy.</summary>
public class PolicyPropertyTests
{
    public static TheoryData<PolicyKind> Kinds => [.. Enum.GetValues<PolicyKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pick_SomeTriedOrFull_PicksAnEligibleOne(PolicyKind kind) =>
        Gen.Select(Gen.Select(Gen.Int[1, 1000], Gen.Int[0, 3]).Array[1, 40], Gen.ULong).Sample((all, seed) =>
        {
            // One state per server: 1 is full, 2 is tried, 3 has requests.
            Server[] servers = [.. all.Select((server, slot) => Server(slot, server.Item1, max: server.Item2 == 1 ? 1 : null))];
            foreach (Server server in servers.Where(server => all[server.Slot].Item2 is 1 or 3))
            {
                Assert.True(server.Load.TryEnter(0));
            }
            Server[] tried = [.. servers.Where(server => all[server.Slot].Item2 == 2)];
            bool isAny = all.Any(server => server.Item2 is 0 or 3);
            Policy policy = Create(kind, seed);
            Candidates candidates = Among(servers);
            for (int i = 0; i < 20; i++)
            {
                Server? picked = policy.Pick(candidates, Input(seed + (ulong)i, i, tried));
                Assert.Equal(isAny, picked is not null);
                Assert.True(picked is null || all[picked.Slot].Item2 is 0 or 3);
            }
        }, iter: 200);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pick_NoCandidates_IsNull(PolicyKind kind) => Assert.Null(Create(kind, 1).Pick(Among()));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pick_CandidatesChange_PicksFromTheNewOnes(PolicyKind kind) =>
        Gen.Select(Gen.Int[0, 8].Array[1, 10].Array[1, 10], Gen.ULong).Sample((pools, seed) =>
        {
            Server[] servers = ServersOf(1, 1, 2, 3, 5, 8, 13, 21, 34);
            Policy policy = Create(kind, seed);
            foreach (int[] pool in pools)
            {
                Candidates candidates = Among([.. pool.Distinct().Select(slot => servers[slot])]);
                for (int i = 0; i < 10; i++)
                {
                    Assert.Contains(policy.Pick(candidates, Input(key: seed + (ulong)i, nowMs: i)), candidates.Servers.AsEnumerable());
                }
            }
        }, iter: 100);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pick_WarmedUp_AllocatesNothing(PolicyKind kind)
    {
        Server[] servers = ServersOf(1, 2, 3, 4, 5);
        Candidates candidates = Among(servers);
        Policy policy = Create(kind, 1);
        PickInput input = Input(), retry = Input(tried: servers[..4]);
        Assert.Equal(0, WarmAllocation.Least(1000, () =>
        {
            policy.Pick(candidates, input);
            policy.Pick(candidates, retry);
        }));
    }

    private static Policy Create(PolicyKind kind, ulong seed) => PolicyFactory.Create(new PolicyOptions { Kind = kind }, seed);
}

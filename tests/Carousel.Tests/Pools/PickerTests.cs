using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Xunit;
using static Carousel.Tests.Policies.PolicyFixture;

namespace Carousel.Tests.Pools;

public class PickerTests
{
    private const int Threads = 8;

    public static TheoryData<PolicyKind> Kinds => Policies.PolicyPropertyTests.Kinds;

    /// <summary>Every policy, many workers, low limits: a server's limit is never exceeded, and all requests are released.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pick_ManyThreadsAndLowLimits_MaxIsNeverExceeded(PolicyKind kind)
    {
        Server[] servers = [.. Enumerable.Range(0, 4).Select(slot => Server(slot, weight: 1 + slot, max: 1 + slot % 2))];
        PoolSnapshot pool = PoolBuilder.Build([.. servers]);
        int[] working = new int[servers.Length];
        int tooMany = 0, served = 0;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            var picker = new Picker(Create(kind, number), Create(kind, number + Threads), new SlowStart(seed: 1));
            var tried = new SlotSet();
            for (int i = 0; i < 20_000; i++)
            {
                if (picker.Pick(pool, tried, i, (ulong)i) is { } server)
                {
                    if (Interlocked.Increment(ref working[server.Slot]) > server.Load.Max)
                    {
                        Interlocked.Increment(ref tooMany);
                    }
                    Interlocked.Increment(ref served);
                    Interlocked.Decrement(ref working[server.Slot]);
                    server.Load.Leave();
                }
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.Equal(0, tooMany);
        Assert.All(servers, server => Assert.Equal(0, server.Load.InFlight));
        Assert.InRange(served, 1, Threads * 20_000);
    }

    [Fact]
    public void Pick_PrimaryIsFull_BackupServesUntilASlotIsFree()
    {
        Server primary = Server(0, max: 1);
        var backup = new Server("b", 1, primary.Entry with { Address = new("10.0.0.2", 80), Name = "b", Backup = true });
        PoolSnapshot pool = PoolBuilder.Build([primary, backup]);
        var picker = new Picker(new RoundRobin(), new RoundRobin(), new SlowStart(seed: 1));

        Assert.Same(primary, picker.Pick(pool, new SlotSet(), 0));
        Assert.Same(backup, picker.Pick(pool, new SlotSet(), 0));
        Assert.Null(picker.Pick(pool, new SlotSet(), 0));
        primary.Load.Leave();
        Assert.Same(primary, picker.Pick(pool, new SlotSet(), 0));
        Assert.Equal((1, 1), (primary.Load.InFlight, backup.Load.InFlight));
    }

    private static Policy Create(PolicyKind kind, int seed) => PolicyFactory.Create(new PolicyOptions { Kind = kind }, (ulong)seed);
}

using Carousel.Core.Ring;
using Carousel.Core.Servers;
using Xunit;

namespace Carousel.Tests.Ring;

/// <summary>Real threads: some rotate the ring while others change it.</summary>
public class RingStressTests
{
    private const int RotatingThreads = 4;
    private const int ChangingThreads = 2;
    private const int Steps = 500_000;
    private const int Changes = 100_000;
    private const int ServersPerChanger = 4;

    /// <summary>By slot: odd while the server is certainly out. Written only by the thread that changes that server.</summary>
    private readonly int[] _absences = new int[64];

    private readonly ServerRing _ring = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    public void Ring_RotatedDuringChanges_KeepsItsInvariants(int stayingServers)
    {
        Server[] all = RingFixture.ServersOf(stayingServers + (ChangingThreads * ServersPerChanger));
        Assert.All(all, server => Assert.True(_ring.Add(server)));
        int[][] picks = [.. Enumerable.Range(0, RotatingThreads).Select(_ => new int[all.Length])];
        List<Action> threads = [.. picks.Select(counts => (Action)(() => StepAndCheck(counts, mayBeEmpty: stayingServers == 0)))];
        threads.AddRange(all[stayingServers..].Chunk(ServersPerChanger).Select((own, i) => (Action)(() => Change(own, seed: i))));
        RunAll(threads);

        int[] staying = [.. Enumerable.Range(0, stayingServers).Select(slot => picks.Sum(counts => counts[slot]))];
        Assert.True(staying.Length == 0 || staying.Max() - staying.Min() <= 1, string.Join(' ', staying));
        Assert.Equal(all, _ring.ToArray());
        RingFixture.AssertCircle(_ring.Origin, all);
        AssertExactWhenQuiet(all.Length);
    }

    private void StepAndCheck(int[] counts, bool mayBeEmpty)
    {
        int[] before = new int[counts.Length];
        for (int step = 0; step < Steps; step++)
        {
            for (int slot = 0; slot < before.Length; slot++)
            {
                before[slot] = Volatile.Read(ref _absences[slot]);
            }
            if (_ring.Next() is not { } server)
            {
                Assert.True(mayBeEmpty);
                continue;
            }
            counts[server.Slot]++;
            int seen = before[server.Slot];
            Assert.False(seen % 2 == 1 && seen == Volatile.Read(ref _absences[server.Slot]), $"{server} was removed before the call");
        }
    }

    /// <summary>Removes servers, some with their places, and restores them; in the end all are in, at their old places.</summary>
    private void Change(Server[] own, int seed)
    {
        var random = new Random(seed);
        Server[] shuffled = [.. own];
        for (int change = 0; change < Changes / own.Length; change++)
        {
            random.Shuffle(shuffled);
            foreach (Server server in shuffled)
            {
                Assert.True(_ring.Remove(server));
                Interlocked.Increment(ref _absences[server.Slot]);
            }
            Server last = own[^1];
            Assert.True(_ring.Forget(last));
            foreach (Server server in shuffled)
            {
                Interlocked.Increment(ref _absences[server.Slot]);
                Assert.True(server == last ? _ring.AddAfter(own[^2], server) : _ring.Restore(server));
            }
        }
    }

    private void AssertExactWhenQuiet(int servers)
    {
        const int Each = 5_000;
        int[][] picks = [.. Enumerable.Range(0, servers).Select(_ => new int[servers])];
        RunAll(picks.Select(counts => (Action)(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                counts[_ring.Next()!.Slot]++;
            }
        })));
        Assert.All(Enumerable.Range(0, servers), slot => Assert.Equal(Each, picks.Sum(counts => counts[slot])));
    }

    /// <summary>Runs the actions in parallel; fails if any of them throws.</summary>
    private static void RunAll(IEnumerable<Action> actions)
    {
        var failures = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
        Thread[] threads = [.. actions.Select(action => new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception failure)
            {
                failures.Enqueue(failure);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Empty(failures);
    }
}

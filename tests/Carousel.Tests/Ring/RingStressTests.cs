using Carousel.Core.Pool;
using Carousel.Core.Ring;
using Xunit;

namespace Carousel.Tests.Ring;

/// <summary>Real threads, which the machine interleaves: they turn the ring while others change it.</summary>
public class RingStressTests
{
    private const int TurningThreads = 4;
    private const int ChangingThreads = 2;
    private const int Turns = 500_000;
    private const int Changes = 100_000;
    private const int ServersAChanger = 4;

    /// <summary>By slot: odd while the server is out for certain; written by the one thread that changes that server.</summary>
    private readonly int[] _absences = new int[64];

    private readonly ServerRing _ring = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    public void Ring_TurnedWhileOthersChangeIt_KeepsItsPromises(int stayingServers)
    {
        Server[] all = RingFixture.Servers(stayingServers + (ChangingThreads * ServersAChanger));
        Assert.All(all, server => Assert.True(_ring.Add(server)));
        int[][] turns = [.. Enumerable.Range(0, TurningThreads).Select(_ => new int[all.Length])];
        List<Action> threads = [.. turns.Select(counts => (Action)(() => TurnAndWatch(counts, mayBeEmpty: stayingServers == 0)))];
        threads.AddRange(all[stayingServers..].Chunk(ServersAChanger).Select((own, i) => (Action)(() => Change(own, seed: i))));
        RunAll(threads);

        int[] staying = [.. Enumerable.Range(0, stayingServers).Select(slot => turns.Sum(counts => counts[slot]))];
        Assert.True(staying.Length == 0 || staying.Max() - staying.Min() <= 1, string.Join(' ', staying));
        Assert.Equal(all, _ring.ToArray());
        RingFixture.AssertCircle(_ring.Origin, all);
        AssertExactWhenQuiet(all.Length);
    }

    private void TurnAndWatch(int[] counts, bool mayBeEmpty)
    {
        int[] before = new int[counts.Length];
        for (int turn = 0; turn < Turns; turn++)
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
            Assert.False(seen % 2 == 1 && seen == Volatile.Read(ref _absences[server.Slot]), $"{server} had left");
        }
    }

    /// <summary>Takes servers out, some for good, and puts them back; in the end all are in, in their old places.</summary>
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
        int[][] turns = [.. Enumerable.Range(0, servers).Select(_ => new int[servers])];
        RunAll(turns.Select(counts => (Action)(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                counts[_ring.Next()!.Slot]++;
            }
        })));
        Assert.All(Enumerable.Range(0, servers), slot => Assert.Equal(Each, turns.Sum(counts => counts[slot])));
    }

    /// <summary>Runs them at once; throws what any of them threw.</summary>
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

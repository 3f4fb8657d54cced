using Carousel.Core.Servers;
using Xunit;

namespace Carousel.Tests.Ring.Interleavings;

/// <summary>Small scenarios, each in every interleaving possible with a few preemptions.</summary>
public class RingInterleavingTests
{
    // Nearly all errors between two or three threads need one or two preemptions; the third costs ten times the runs.
    private const int Few = 2;

    private static readonly Server[] All = RingFixture.ServersOf(4);
    private static readonly Server A = All[0];
    private static readonly Server B = All[1];
    private static readonly Server C = All[2];
    private static readonly Server D = All[3];

    [Fact]
    public void Next_ThreeThreads_RotationIsExact()
    {
        Explore(preemptions: Few, () => new([A, B, C], [A, B, C]), ring => ring.Next(2), ring => ring.Next(2), ring => ring.Next(1));
    }

    [Fact]
    public void Next_DuringRemovals_NeverPicksARemovedServer()
    {
        Explore(
            preemptions: Few,
            () => new([A, B, C], [A, B, C]),
            ring => ring.Next(3),
            ring => ring.Next(2),
            ring =>
            {
                ring.Remove(B);
                ring.Remove(C);
            });
    }

    [Fact]
    public void Next_DuringRemoveAndRestore_OthersArePickedEqually()
    {
        Explore(
            preemptions: Few,
            () => new([A, B, C], [A, B, C]),
            ring => ring.Next(3),
            ring => ring.Next(2),
            ring =>
            {
                ring.Remove(B);
                ring.Restore(B);
            });
    }

    [Fact]
    public void Next_WhileTheRingIsEmptiedAndRefilled_NeverBlocks()
    {
        Explore(
            preemptions: Few,
            () => new([A, B], [A]),
            ring => ring.Next(2),
            ring => ring.Next(2),
            ring =>
            {
                ring.Remove(A);
                ring.Add(B);
                ring.Restore(A);
                ring.Remove(B);
            });
    }

    [Fact]
    public void Next_WhileTheOnlyServerIsReplaced_IsNeverNull()
    {
        Explore(
            preemptions: 3,
            () => new([A, B], [A]),
            ring => ring.Next(4),
            ring =>
            {
                ring.Add(B);
                ring.Remove(A);
                ring.Restore(A);
                ring.Remove(B);
            });
    }

    [Fact]
    public void Changes_OfNeighboursByTwoThreads_KeepTheCircle()
    {
        Explore(
            preemptions: Few,
            () => new([A, B, C, D], [A, B, C], D),
            ring =>
            {
                ring.Remove(B);
                ring.Restore(B);
            },
            ring =>
            {
                ring.Remove(C);
                ring.Restore(D);
            },
            ring => ring.Next(3));
    }

    [Fact]
    public void Next_WhileServersAreInsertedAndForgotten_NoNodeIsLost()
    {
        Explore(
            preemptions: Few,
            () => new([D, A, B, C], [A, C]),
            ring => ring.Next(3),
            ring =>
            {
                ring.AddAfter(A, B);
                ring.Forget(A);
            },
            ring =>
            {
                ring.AddAfter(null, D);
                ring.Remove(C);
            });
    }

    [Fact]
    public void NextUntried_DuringStepsAndChanges_FindsTheStayingServer()
    {
        Explore(
            preemptions: Few,
            () => new([A, B, C], [A, B, C]),
            ring => ring.NextUntried(A, C),
            ring => ring.Next(2),
            ring =>
            {
                ring.Remove(A);
                ring.Restore(A);
                ring.Remove(C);
            });
    }

    [Fact]
    public void NextUntried_WhileTheUntriedOneIsRemoved_IsThatOneOrNull()
    {
        Explore(
            preemptions: Few,
            () => new([A, B, C], [A, B, C]),
            ring => ring.NextUntried(A, C),
            ring => ring.NextUntried(A),
            ring =>
            {
                ring.Remove(B);
                ring.Remove(A);
                ring.Restore(B);
            });
    }

    private static void Explore(int preemptions, Func<RecordedRing> arrange, params Action<RecordedRing>[] threads)
    {
        int runs = Explorer.Explore(preemptions, () =>
        {
            RecordedRing ring = arrange();
            return new Scenario([.. threads.Select(thread => (Action)(() => thread(ring)))], ring.Check);
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{runs} runs");
        Assert.True(runs > 100);
    }
}

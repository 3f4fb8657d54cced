using Xunit;

namespace Carousel.Tests.Ring.Interleavings;

/// <summary>An explorer that finds nothing proves nothing: here it must find known failures.</summary>
public class ExplorerTests
{
    [Fact]
    public void Explore_LostUpdate_FindsIt()
    {
        Assert.Throws<InvalidOperationException>(() => Explorer.Explore(preemptions: 1, () => Counting(action => action())));
    }

    [Fact]
    public void Explore_UpdateUnderTheLock_FindsNothing()
    {
        Assert.True(Explorer.Explore(preemptions: 3, () => Counting(action => Explorer.Locked(action))) > 1);
    }

    [Fact]
    public void Explore_NoLimit_RunsEveryOrder()
    {
        var orders = new HashSet<string>();
        int runs = Explorer.Explore(preemptions: 9, () =>
        {
            string order = "";
            Action Letters(char letter) => () =>
            {
                for (int i = 0; i < 3; i++)
                {
                    Explorer.Pause("letter");
                    order += letter;
                }
            };
            return new Scenario([Letters('x'), Letters('y')], () => orders.Add(order));
        });
        Assert.Equal(20, orders.Count);
        Assert.True(runs >= orders.Count);
    }

    private static Scenario Counting(Func<Func<bool>, bool> update)
    {
        int count = 0;
        bool Increment()
        {
            int seen = count;
            Explorer.Pause("between read and write");
            count = seen + 1;
            return true;
        }
        return new Scenario([() => update(Increment), () => update(Increment)], () => Assert.Equal(2, count));
    }
}

using Carousel.Core.Health;
using Xunit;

namespace Carousel.Tests.Health;

public class RetryBudgetTests
{
    private const long Now = 1_000_000;

    [Theory]
    [InlineData(20, 0, 100)]
    [InlineData(20, 400, 100)]
    [InlineData(20, 5_000, 1_000)]
    [InlineData(50, 5_000, 2_500)]
    [InlineData(0, 5_000, 100)]
    public void TryTake_FirstWindow_AllowsShareOfRequests(int percent, long requests, int expected) =>
        Assert.Equal(expected, Taken(new RetryBudget(percent), requests, Now));

    [Fact]
    public void TryTake_MoreRequests_AllowsTheirShare()
    {
        var budget = new RetryBudget(20);
        Assert.Equal(100, Taken(budget, 0, Now));
        Assert.Equal(0, Taken(budget, 500, Now + 5_000));
        Assert.Equal(100, Taken(budget, 1_000, Now + 9_999));
    }

    /// <summary>Expects a thousand requests in ten seconds, however long there were no retries.</summary>
    [Theory]
    [InlineData(10_000, 1_000)]
    [InlineData(100_000, 10_000)]
    public void TryTake_NextWindow_ExpectsTheSameRate(long laterMs, long requests)
    {
        var budget = new RetryBudget(20);
        Taken(budget, 0, Now);
        Assert.Equal(200, Taken(budget, requests, Now + laterMs));
    }

    [Fact]
    public void TryTake_ManyThreads_NeverExceedTheBudget()
    {
        var budget = new RetryBudget(20);
        int taken = 0;
        Parallel.For(0, 4, _ => Interlocked.Add(ref taken, Taken(budget, 2_000, Now)));
        Assert.Equal(400, taken);
    }

    private static int Taken(RetryBudget budget, long requests, long nowMs)
    {
        int taken = 0;
        while (taken < 10_000 && budget.TryTake(requests, nowMs))
        {
            taken++;
        }
        return taken;
    }
}

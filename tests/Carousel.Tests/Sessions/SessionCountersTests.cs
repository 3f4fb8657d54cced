using Carousel.Core.Sessions;
using Xunit;

namespace Carousel.Tests.Sessions;

public class SessionCountersTests
{
    [Fact]
    public void Count_EachKind_IsCountedSeparately()
    {
        var counters = new SessionCounters();
        Repeat(1, counters.CountMinted);
        Repeat(2, counters.CountReturned);
        Repeat(3, counters.CountRenewed);
        Repeat(4, counters.CountMoved);
        Repeat(5, counters.CountStateless);
        Repeat(6, counters.CountDeferred);
        Repeat(7, counters.CountDropped);
        CookieVerdict[] verdicts = Enum.GetValues<CookieVerdict>();
        Assert.All(verdicts, verdict => Repeat(10 + (int)verdict, () => counters.CountRefused(verdict)));
        Assert.Equal(
            [1, 2, 3, 4, 5, 6, 7],
            new[]
            {
                counters.Minted, counters.Returned, counters.Renewed, counters.Moved, counters.Stateless, counters.Deferred, counters.Dropped,
            });
        Assert.All(verdicts, verdict => Assert.Equal(10 + (int)verdict, counters.Refused(verdict)));
    }

    private static void Repeat(int times, Action count)
    {
        for (int i = 0; i < times; i++)
        {
            count();
        }
    }
}

using Carousel.Core.Events;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Events;

public class EventLogTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void After_Number_ReturnsNewerEventsInOrder()
    {
        var log = new EventLog(_time);
        log.Write(EventLevel.Info, null, "one");
        _time.Advance(TimeSpan.FromSeconds(1));
        log.Write(EventLevel.Error, null, "two");
        log.Write(EventLevel.Good, null, "three");

        Assert.Equal(["two", "three"], log.After(1).Select(logged => logged.Text));
        Assert.Equal(TimeSpan.FromSeconds(1), log.After(1)[0].At - log.After(0)[0].At);
        Assert.Equal(3, log.Newest);
        Assert.Empty(log.After(3));
    }

    [Fact]
    public void Write_BeyondCapacity_DropsTheOldest()
    {
        var log = new EventLog(_time);
        for (int i = 0; i < EventLog.Capacity + 5; i++)
        {
            log.Write(EventLevel.Info, null, $"{i}");
        }

        Assert.Equal(EventLog.Capacity, log.After(0).Count);
        Assert.Equal("5", log.After(0)[0].Text);
        Assert.Equal(EventLog.Capacity + 5, log.Newest);
    }
}

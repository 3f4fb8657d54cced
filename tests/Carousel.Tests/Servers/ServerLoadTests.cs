using Carousel.Core.Servers;
using Xunit;

namespace Carousel.Tests.Servers;

public class ServerLoadTests
{
    [Fact]
    public void PeakMicros_SlowResponse_CountsInFullAndDecays()
    {
        var load = new ServerLoad();
        Assert.False(load.HasResponded);
        for (int i = 0; i < 100; i++)
        {
            load.OnResponse(1_000, nowMs: 100);
        }
        Assert.True(load.HasResponded);
        Assert.Equal(1_000, load.PeakMicros(100), 6);

        load.OnResponse(50_000, nowMs: 100);

        Assert.Equal(50_000, load.PeakMicros(100), 6);
        Assert.InRange(load.LatencyMicros, 1_000, 2_000);
        Assert.Equal(50_000 / Math.E, load.PeakMicros(100 + 5_000), 6);
        Assert.InRange(load.PeakMicros(100 + 60_000), 0, 1);
    }

    [Fact]
    public void PeakMicros_FastResponsesAfterASlowOne_LowerIt()
    {
        var load = new ServerLoad();
        load.OnResponse(50_000, nowMs: 0);
        double before = load.PeakMicros(0);
        for (int i = 0; i < 1_000; i++)
        {
            load.OnResponse(1_000, nowMs: 0);
            Assert.InRange(load.PeakMicros(0), 1_000, before);
            before = load.PeakMicros(0);
        }
        Assert.Equal(1_000, before, 1.0);
    }
}

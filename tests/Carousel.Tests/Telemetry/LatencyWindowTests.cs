using Carousel.Core.Telemetry;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Telemetry;

public class LatencyWindowTests
{
    /// <summary>Against a list of all values: the window covers at least the last 5 readings and at most 10, and slides by five.</summary>
    [Fact]
    public void Look_AnyCounts_CoversTheWindow() => Gen.Int[0, 50].Array[0, 40].Sample(counts =>
    {
        var traffic = new ServerTraffic();
        var window = new LatencyWindow(traffic);
        var (own, since) = (new LatencyTotals(), new LatencyTotals());
        for (int look = 0; look < counts.Length; look++)
        {
            for (int i = 0; i < counts[look]; i++)
            {
                traffic.Of(i % 3).FirstByte.Record(1000 * look);
            }
            long before = since.Count;
            window.Look(own, since);
            int first = Math.Max(0, ((look / (LatencyWindow.Looks / 2)) - 1) * (LatencyWindow.Looks / 2));
            Assert.Equal(counts[look], since.Count - before);
            Assert.Equal(counts[first..(look + 1)].Sum(), own.Count);
        }
    });

    [Fact]
    public void Look_EarlierValues_AreExcluded()
    {
        var traffic = new ServerTraffic();
        traffic.Of(0).FirstByte.Record(1_000_000);
        var window = new LatencyWindow(traffic);
        traffic.Of(0).FirstByte.Record(2_000);
        var (own, since) = (new LatencyTotals(), new LatencyTotals());
        window.Look(own, since);

        Assert.Equal((1, 1), (own.Count, since.Count));
        Assert.InRange(own.Percentile(0.99), 1_950, 2_050);
        Assert.Equal(2_000, own.SumMicros);
    }
}

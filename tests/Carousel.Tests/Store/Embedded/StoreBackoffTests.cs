using Carousel.Control.Store.Embedded;
using Xunit;

namespace Carousel.Tests.Store.Embedded;

public class StoreBackoffTests
{
    private readonly StoreBackoff _backoff = new();

    [Fact]
    public void After_NeverReady_DoublesUpToTheLongest()
    {
        double[] waits = [.. Enumerable.Range(0, 9).Select(_ => _backoff.After(TimeSpan.Zero).TotalMilliseconds)];
        Assert.Equal([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000], waits);
    }

    [Fact]
    public void After_LongUptime_IsReset()
    {
        _backoff.After(TimeSpan.Zero);
        Assert.Equal(2 * StoreBackoff.First, _backoff.After(StoreBackoff.Healthy - TimeSpan.FromTicks(1)));
        Assert.Equal(StoreBackoff.First, _backoff.After(StoreBackoff.Healthy));
        Assert.Equal(2 * StoreBackoff.First, _backoff.After(TimeSpan.Zero));
    }
}

using Carousel.Control.Probes;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Probes;

public sealed class SuspectWatchTests
{
    private readonly ManualTime _time = new();
    private readonly Pool _pool = TestPool.Of("10.0.0.1\n10.0.0.2");
    private readonly List<Server> _probeRequested = [];
    private readonly SuspectWatch _watch;

    public SuspectWatchTests() => _watch = new SuspectWatch(_pool, _probeRequested.Add, _time);

    private long NowMs => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    [Fact]
    public void Look_ResponseOverdue_IsReportedOncePerSuspicion()
    {
        Server owing = _pool.Current.Servers[1];
        Assert.True(owing.Load.TryEnter(NowMs));
        _watch.Look();
        Assert.Empty(_probeRequested);

        Pass(ServerLoad.MinSuspectAfterMs + 1);
        _watch.Look();
        _watch.Look();
        Assert.Equal([owing], _probeRequested);

        owing.Load.OnResponse(1000, NowMs);
        _watch.Look();
        Assert.True(owing.Load.TryEnter(NowMs));
        Pass(ServerLoad.MinSuspectAfterMs + 1);
        _watch.Look();
        Assert.Equal([owing, owing], _probeRequested);
    }

    private void Pass(long milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}

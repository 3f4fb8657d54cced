using Carousel.Control.Dashboard;
using Carousel.Core.Config;
using Carousel.Core.Health;
using Carousel.Core.Telemetry;
using Xunit;

namespace Carousel.Tests.Dashboard;

public class DashboardSamplerTests
{
    private readonly DashboardBench _bench = new("10.0.0.1\n10.0.0.2 name=blue weight=3 max=5\n10.0.0.3 drain");

    [Fact]
    public void Next_EarlierRequests_CountButHaveNoRate()
    {
        _bench.Count(_bench[0], 100, 1000);
        DashboardFrame frame = new DashboardSampler(_bench.Source).Next();

        Assert.Equal(100, frame.Requests);
        Assert.Equal([100, 0, 0], frame.Servers.Requests);
        Assert.Equal(0, frame.Rate);
        Assert.Equal([0.0, 0, 0], frame.Servers.Rate);
        Assert.Equal([-1.0, -1, -1], frame.Servers.P99);
    }

    [Fact]
    public void Next_SteadyTraffic_HasRatesAndLatenciesByServer()
    {
        var sampler = new DashboardSampler(_bench.Source);
        DashboardFrame frame = sampler.Next();
        for (int i = 0; i < 60; i++)
        {
            _bench.Count(_bench[0], 20, 3_000);
            _bench.Count(_bench[1], 60, 50_000);
            _bench.Time.Advance(DashboardFeed.Pause);
            frame = sampler.Next();
        }

        Assert.InRange(frame.Rate, 399, 401);
        Assert.InRange(frame.Servers.Rate[0], 99, 101);
        Assert.InRange(frame.Servers.Rate[1], 299, 301);
        Assert.InRange(frame.Servers.P99[0], 2.9, 3.1);
        Assert.InRange(frame.Servers.P99[1], 49, 51);
        Assert.Equal(-1, frame.Servers.P99[2]);
        Assert.InRange(frame.Second.P50, 49, 51);
        // One second in five frames: 100 responses within 4 ms and 300 within 64 ms.
        Assert.Equal(100, frame.Second.Heat[4]);
        Assert.Equal(300, frame.Second.Heat[8]);
        Assert.Equal(400, frame.Second.Heat.Sum());
        Assert.Equal(4800, frame.Second.Responses[2]);
    }

    [Fact]
    public void Next_TrafficEnds_RatesDecayToZero()
    {
        var sampler = new DashboardSampler(_bench.Source);
        _bench.Count(_bench[0], 20, 3_000);
        for (int i = 0; i < 100; i++)
        {
            _bench.Time.Advance(DashboardFeed.Pause);
            sampler.Next();
        }

        DashboardFrame frame = sampler.Next();
        Assert.Equal(0, frame.Rate);
        Assert.Equal(0, frame.Servers.Rate[0]);
        Assert.Equal(-1, frame.Servers.P99[0]);
        Assert.Equal(-1, frame.Second.P99);
    }

    [Fact]
    public void Next_Servers_HaveStateAndTimeLeft()
    {
        var sampler = new DashboardSampler(_bench.Source);
        Assert.True(_bench[1].Load.TryEnter(0));
        _bench.TimeLeft = TimeSpan.FromSeconds(12);
        _bench.Membership.Remove(_bench[0].Tag);
        DashboardFrame frame = sampler.Next();

        Assert.Equal(["leaving", "up", "draining"], frame.Servers.State.Select(letter => sampler.Facts.States[letter - 'a']));
        Assert.Equal([0, 1, 0], frame.Servers.InFlight);
        Assert.Equal(new KeyValuePair<int, long>(0, 12_000), Assert.Single(frame.Servers.Left));
        Assert.Equal(new ServerFacts(_bench[1].Id, "blue", "http://10.0.0.2:80", 3, 5, false, false), sampler.Facts.Servers[1]);
    }

    [Fact]
    public void Next_ServerEjected_HasTimeUntilTrial()
    {
        var sampler = new DashboardSampler(_bench.Source);
        var nowMs = (long)_bench.Time.GetElapsedTime(0).TotalMilliseconds;
        long forMs = _bench[1].Load.Breaker.Open(_bench[1].Load.Breaker.Epoch, new OutlierOptions(), nowMs);
        _bench.Time.Advance(TimeSpan.FromMilliseconds(100));
        DashboardFrame frame = sampler.Next();

        Assert.Equal("ejected", sampler.Facts.States[frame.Servers.State[1] - 'a']);
        Assert.Equal(new KeyValuePair<int, long>(1, forMs - 100), Assert.Single(frame.Servers.Left));
    }

    [Fact]
    public void Next_PoolChanges_IncrementsVersionAndKeepsRates()
    {
        var sampler = new DashboardSampler(_bench.Source);
        long version = sampler.Next().Pool;
        Assert.Equal(version, sampler.Next().Pool);
        _bench.Count(_bench[1], 1000, 3_000);
        _bench.Time.Advance(DashboardFeed.Pause);
        double rate = sampler.Next().Servers.Rate[1];

        _bench.Membership.Apply(ServersParser.Parse("10.0.0.9\n10.0.0.1\n10.0.0.2 name=blue weight=4").Servers);
        _bench.Time.Advance(DashboardFeed.Pause);
        DashboardFrame frame = sampler.Next();
        Assert.NotEqual(version, frame.Pool);
        Assert.Equal(frame.Pool, sampler.Facts.Version);
        Assert.Equal(["10.0.0.9:80", "10.0.0.1:80", "blue", "10.0.0.3:80"], sampler.Facts.Servers.Select(server => server.Name));
        Assert.Equal(4, sampler.Facts.Servers[2].Weight);
        Assert.InRange(frame.Servers.Rate[2], rate / 2, rate);
    }

    [Fact]
    public void Next_Failures_AreCountedByReasonForRequestsAndAttempts()
    {
        _bench[1].Traffic.Of(0).Failed(FailureReason.ConnectRefused);
        _bench[2].Traffic.Of(1).Failed(FailureReason.ConnectRefused);
        _bench.Traffic.Workers[1].Failed(FailureReason.ConnectRefused);
        _bench.Traffic.Workers[0].Failed(FailureReason.QueueFull);
        DashboardFrame frame = new DashboardSampler(_bench.Source).Next();

        Assert.Equal([("connect-refused", 1, 2), ("queue-full", 1, 0)], frame.Second.Reasons.Select(one => (one.Reason, one.Requests, one.Attempts)));
    }

    /// <summary>Regression: 5xx responses were shown as "0 failed".</summary>
    [Fact]
    public void Next_ServerReturns5xx_RaisesErrorRate()
    {
        var sampler = new DashboardSampler(_bench.Source);
        sampler.Next();
        _bench.Count(_bench[0], 900, 1000);
        _bench.Count(_bench[1], 90, 1000);
        for (int i = 0; i < 9; i++)
        {
            _bench[1].Traffic.Of(0).CountResponse(503);
        }
        _bench[1].Traffic.Of(1).CountResponse(404);
        _bench[1].Traffic.Of(1).Failed(FailureReason.ClientClosed);
        _bench.Traffic.Workers[0].Failed(FailureReason.AnswerTimeout);
        _bench.Traffic.Workers[0].Failed(FailureReason.BadHost);
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        DashboardFrame frame = sampler.Next();

        Assert.Equal(9, frame.Second.Responses[5]);
        Assert.Equal(1, frame.Second.Failed);
        Assert.Equal(Math.Round(10.0 / 1001, 5), frame.Second.ErrorShare);
        Assert.Equal([0.0, 0.09, -1], frame.Servers.ErrorShare);
        Assert.Equal([0L, 9, 0], frame.Servers.Status5xx);
        Assert.Equal([0L, 1, 0], frame.Servers.Status4xx);
        Assert.Equal([0L, 0, 0], frame.Servers.Failed);

        for (int i = 0; i <= ErrorWindow.Seconds; i++)
        {
            _bench.Count(_bench[0], 1, 1000);
            _bench.Time.Advance(TimeSpan.FromSeconds(1));
            frame = sampler.Next();
        }
        Assert.Equal(0, frame.Second.ErrorShare);
        Assert.Equal(-1, frame.Servers.ErrorShare[1]);
    }

    [Fact]
    public void Next_ServerFails_HasReasonAndTime()
    {
        var sampler = new DashboardSampler(_bench.Source);
        DateTimeOffset at = _bench.Time.GetUtcNow();
        _bench[1].LastProbe = ProbeReport.After(null, at, TimeSpan.FromMilliseconds(2), new ProbeResult("status 503", Status: 503), "HTTP 503 from /healthz");
        _bench.Membership.SetHealth(_bench[1].Tag, false);
        _bench.Time.Advance(TimeSpan.FromSeconds(30));
        DashboardFrame frame = sampler.Next();

        Assert.Equal(new KeyValuePair<int, string>(1, "HTTP 503 from /healthz, 1 probe"), Assert.Single(frame.Servers.Why));
        Assert.Equal(new KeyValuePair<int, long>(1, at.ToUnixTimeMilliseconds()), Assert.Single(frame.Servers.Since));
    }

    [Fact]
    public void Next_SessionsOn_HasSessionCounts()
    {
        _bench.Sessions.Counters[0].CountMinted();
        _bench.Sessions.Counters[1].CountMinted();
        _bench.Sessions.Counters[1].CountStateless();

        Assert.Equal(new SessionFrame(2, 0, 0, 1, "connected"), new DashboardSampler(_bench.Source).Next().Sessions);
        Assert.Null(new DashboardSampler(_bench.Source with { Sessions = null }).Next().Sessions);
    }
}

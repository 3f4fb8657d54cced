using Carousel.Control.Telemetry;
using Carousel.Core.Health;
using Carousel.Core.Telemetry;
using Carousel.Tests.Harness;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Telemetry;

public class ServerMetricsTests
{
    private const string TwoServers = "http://10.0.0.1 name=blue weight=3\nhttp://10.0.0.2 name=green drain";

    private readonly ManualTime _time = new();

    [Fact]
    public void Collect_WorkersCounters_AreSummed()
    {
        var sample = new Sample(TwoServers, workers: 2);
        using var metrics = new ServerMetrics(sample.Pool, _time);
        foreach (int worker in (int[])[0, 1])
        {
            ServerCounters counters = sample.Of("blue", worker);
            counters.CountResponse(200);
            counters.CountResponse(404);
            counters.Failed(FailureReason.ConnectRefused);
            (counters.Attempts, counters.Connects, counters.Reuses, counters.OpenConnections, counters.BytesSent, counters.BytesReceived) = (3, 2, 1, 2, 100, 200);
            counters.FirstByte.Record(700);
            counters.Total.Record(90_000_000);
        }

        Dictionary<string, double> read = Values.Of(metrics);

        Assert.Equal((2, 2, 0), (read["carousel_requests_total blue 2xx"], read["carousel_requests_total blue 4xx"], read["carousel_requests_total green 2xx"]));
        Assert.Equal((6, 4, 2, 4), (read["carousel_attempts_total blue"], read["carousel_upstream_connects_total blue"], read["carousel_upstream_reuses_total blue"],
            read["carousel_upstream_connections blue"]));
        Assert.Equal((200, 400), (read["carousel_upstream_sent_bytes_total blue"], read["carousel_upstream_received_bytes_total blue"]));
        Assert.Equal(2, read["carousel_attempt_failures_total blue connect-refused"]);
        Assert.DoesNotContain(read.Keys, key => key.StartsWith("carousel_attempt_failures_total green", StringComparison.Ordinal));
        Assert.Equal((0, 2, 2), (read["carousel_time_to_first_byte_seconds blue 0.0005"], read["carousel_time_to_first_byte_seconds blue 0.001"],
            read["carousel_time_to_first_byte_seconds blue count"]));
        Assert.Equal((0, 2, 180), (read["carousel_request_duration_seconds blue 60"], read["carousel_request_duration_seconds blue count"],
            read["carousel_request_duration_seconds blue sum"]));
        Assert.Equal((3, 0, 1), (read["carousel_server_weight blue"], read["carousel_server_draining blue"], read["carousel_server_draining green"]));
        Assert.Equal((1, 0, 2, 1), (read["carousel_server_up blue"], read["carousel_server_ejected blue"], read["carousel_servers"], read["carousel_servers_available"]));
    }

    [Fact]
    public void Collect_ServerDown_HasReasonTimeAndProbeResults()
    {
        var sample = new Sample(TwoServers);
        using var metrics = new ServerMetrics(sample.Pool, _time);
        double began = _time.GetUtcNow().ToUnixTimeMilliseconds() / 1e3;
        sample["blue"].LastProbe = ProbeReport.After(null, _time.GetUtcNow(), TimeSpan.FromMilliseconds(250), ProbeResult.Failed(FailureReason.AnswerTimeout), "");
        _time.Advance(TimeSpan.FromSeconds(5));
        sample.Membership.SetHealth(sample["blue"].Tag, false);
        _time.Advance(TimeSpan.FromSeconds(5));

        Dictionary<string, double> read = Values.Of(metrics);

        Assert.Equal((1, 1, 1), (read["carousel_server_state blue down"], read["carousel_server_state_reason blue answer-timeout"], read["carousel_server_state green draining"]));
        Assert.Equal((began + 5, began, 0.25), (read["carousel_server_state_since_timestamp_seconds blue"], read["carousel_server_last_probe_timestamp_seconds blue"],
            read["carousel_server_last_probe_duration_seconds blue"]));
        Assert.DoesNotContain(read.Keys, key => key.StartsWith("carousel_server_last_good_probe", StringComparison.Ordinal));
        Assert.DoesNotContain("carousel_server_last_probe_timestamp_seconds green", read.Keys);
    }

    [Fact]
    public void Collect_ServerRemoved_IsFoldedIntoTheSum()
    {
        var sample = new Sample(TwoServers);
        using var metrics = new ServerMetrics(sample.Pool, _time);
        ServerCounters counters = sample.Of("green");
        counters.CountResponse(200);
        sample.Apply("http://10.0.0.1 name=blue");
        // Its requests in flight are closed shortly after.
        counters.Failed(FailureReason.ServerGone);

        Dictionary<string, double> read = Values.Of(metrics);
        Assert.DoesNotContain(read.Keys, key => key.Contains("green", StringComparison.Ordinal));
        Assert.Equal((1, 1), (read["carousel_requests_total (left) 2xx"], read["carousel_attempt_failures_total (left) server-gone"]));
        Assert.DoesNotContain("carousel_in_flight (left)", read.Keys);

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(read["carousel_requests_total (left) 2xx"], Values.Of(metrics)["carousel_requests_total (left) 2xx"]);
    }

    [Fact]
    public void Collect_ServersAddedAndRemovedBetweenReadings_AreInTheSum()
    {
        var sample = new Sample(TwoServers);
        using var metrics = new ServerMetrics(sample.Pool, _time);
        for (int i = 0; i < 5; i++)
        {
            sample.Apply($"http://10.0.0.1 name=blue\nhttp://10.0.1.{i} name=n{i}");
            sample.Of($"n{i}").CountResponse(200);
            _time.Advance(TimeSpan.FromSeconds(i * 10));
        }
        sample.Apply("http://10.0.0.1 name=blue");
        Assert.Equal(5, Values.Of(metrics)["carousel_requests_total (left) 2xx"]);
    }

    [Fact]
    public void Collect_NewServerHasNameOfLeavingServer_BothHaveSeries()
    {
        var sample = new Sample("http://10.0.0.1 name=blue");
        using var metrics = new ServerMetrics(sample.Pool, _time);
        sample.Of("blue").CountResponse(200);
        string url = sample["blue"].Entry.Address.Url;
        sample.Membership.Apply(Sample.Entries("http://10.0.0.9 name=blue"));
        Dictionary<string, double> read = Values.Of(metrics);
        Assert.Equal((0, 1), (read["carousel_requests_total blue 2xx"], read[$"carousel_requests_total {url} 2xx"]));
    }

    [Fact]
    public void Collect_AnyPoolChanges_SumsNeverDecrease() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3], Gen.Int[0, 20], Gen.Bool).Array[1, 40].Sample(steps =>
        {
            var time = new ManualTime();
            var sample = new Sample("http://10.0.0.1 name=n0");
            using var metrics = new ServerMetrics(sample.Pool, time);
            double before = 0;
            long counted = 0;
            foreach ((int first, int count, int seconds, bool reads) in steps)
            {
                sample.Apply(string.Join('\n', Enumerable.Range(first, count + 1).Select(i => $"http://10.0.0.{i} name=n{i}")));
                foreach (Carousel.Core.Servers.Server server in sample.Pool.Current.Servers)
                {
                    server.Traffic.Of(0).CountResponse(200);
                    server.Traffic.Of(0).Total.Record(1000 * seconds);
                    counted++;
                }
                time.Advance(TimeSpan.FromSeconds(seconds));
                if (reads)
                {
                    Dictionary<string, double> read = Values.Of(metrics);
                    double sum = read.Where(pair => pair.Key.StartsWith("carousel_requests_total", StringComparison.Ordinal)).Sum(pair => pair.Value);
                    double durations = read.Where(pair => pair.Key.StartsWith("carousel_request_duration_seconds", StringComparison.Ordinal)
                        && pair.Key.EndsWith("count", StringComparison.Ordinal)).Sum(pair => pair.Value);
                    Assert.True(sum >= before && sum == counted && durations == counted, $"{sum}, {durations} of {counted} after {before}");
                    before = sum;
                }
            }
        }, iter: 200);

    [Fact]
    public void LatencySums_BucketWrapsAround_KeepsCounting()
    {
        var histogram = new LatencyHistogram();
        var sums = new ExportedHistogram();
        histogram.Record(100);
        sums.Update(Totals(histogram));
        // As if 2^32 - 1 more values were recorded: the bucket is at 0.
        var emptied = new LatencyTotals();
        sums.Update(emptied);
        Assert.Equal(1L + uint.MaxValue, sums.Value.Counts[0]);
        sums.Update(Totals(histogram));
        Assert.Equal(2L + uint.MaxValue, sums.Value.Counts[0]);
    }

    [Fact]
    public void Buckets_AnyTimes_MatchCountBelow() => Gen.Long[0, 100_000_000].Array[0, 200].Sample(times =>
    {
        var histogram = new LatencyHistogram();
        Array.ForEach(times, histogram.Record);
        LatencyTotals totals = Totals(histogram);
        long[] below = new long[LatencyBounds.Count];
        totals.CountBelow(LatencyBounds.Micros, below);
        Assert.Equal(LatencyBounds.Micros.ToArray().Select(totals.CountBelow), below);
    });

    [Fact]
    public void Collect_ThousandServers_AllocationIsBounded()
    {
        var sample = new Sample(string.Join('\n', Enumerable.Range(0, 1000).Select(i => $"http://10.0.{i / 250}.{i % 250 + 1} name=server-{i}")));
        using var metrics = new ServerMetrics(sample.Pool, _time);
        var collector = new MetricsCollector([metrics]);
        foreach (Carousel.Core.Servers.Server server in sample.Pool.Current.Servers)
        {
            server.Traffic.Of(0).Total.Record(1000);
        }
        using (var first = new PrometheusText())
        {
            collector.Collect(first);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        using var text = new PrometheusText();
        collector.Collect(text);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(text.Text.Length, 1_000_000, 8_000_000);
        // The output buffer's arrays of 64 KB and more may not be pooled; the allocation per server is small.
        Assert.InRange(allocated, 0, 24_000_000);
    }

    private static LatencyTotals Totals(LatencyHistogram histogram)
    {
        var totals = new LatencyTotals();
        totals.Add(histogram);
        return totals;
    }
}

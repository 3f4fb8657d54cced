using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Carousel.Control.Store;
using Carousel.Control.Telemetry;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Telemetry;

public partial class MetricSourceTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Workers_Counters_AreCollected()
    {
        var traffic = new Traffic(2, TrafficOptions.NoRecords);
        traffic.Workers[0].Requests = 3;
        traffic.Workers[1].Requests = 4;
        traffic.Workers[1].Connections = 5;
        traffic.Workers[1].Accepted = 6;
        (traffic.Workers[0].Evicted, traffic.Workers[1].Evicted) = (1, 3);
        (traffic.Workers[0].Waiting, traffic.Workers[1].Waiting) = (2, 8);
        traffic.Workers[1].Failed(FailureReason.QueueFull);
        traffic.Workers[1].EndTick(1_500_000);
        traffic.Workers[1].EndTick(500_000);
        Dictionary<string, double> read = Values.Of(new WorkerMetrics(traffic, _time));
        Assert.Equal((7, 5, 6), (read["carousel_client_requests_total"], read["carousel_connections"], read["carousel_connections_accepted_total"]));
        Assert.Equal(4, read["carousel_connections_evicted_total"]);
        Assert.Equal(10, read["carousel_queue_length"]);
        Assert.Equal((1, 0), (read["carousel_request_failures_total queue-full"], read["carousel_request_failures_total bad-host"]));
        Assert.Equal((2, 2, 1.5), (read["carousel_worker_busy_seconds_total 1"], read["carousel_worker_turns_total 1"], read["carousel_worker_longest_turn_seconds 1"]));
        Assert.Equal(0, read["carousel_worker_turns_total 0"]);
    }

    [Fact]
    public void Workers_LongestTick_IsKeptForAMinute()
    {
        var traffic = new Traffic(1, TrafficOptions.NoRecords);
        var metrics = new WorkerMetrics(traffic, _time);
        traffic.Workers[0].EndTick(3_000_000);
        double Longest() => Values.Of(metrics)["carousel_worker_longest_turn_seconds 0"];
        Assert.Equal(3, Longest());
        _time.Advance(TimeSpan.FromSeconds(61));
        traffic.Workers[0].EndTick(1_000_000);
        Assert.Equal(3, Longest());
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(1, Longest());
        _time.Advance(TimeSpan.FromSeconds(200));
        Assert.Equal(0, Longest());
    }

    [Fact]
    public async Task Sessions_Counters_AreCollected()
    {
        var options = new SessionOptions();
        var channel = new SessionChannel(options, SessionStore.ProcessKeys(options, TimeProvider.System), workers: 2);
        var pool = TestPool.Of(PoolBuilder.Build([]));
        await using var store = new SessionStore(StoreAddress.None, channel, pool, TimeProvider.System, (_, _) => { }, null);
        channel.Counters[0].CountMinted();
        channel.Counters[1].CountMinted();
        channel.Counters[1].CountRefused(CookieVerdict.Forged);
        channel.Queues[0].TryWrite(new SessionEvent { Id = new SessionId(1, 1), ServerTag = 1, CreatedAt = 1, SeenAt = 1, Requests = 1 });

        Dictionary<string, double> read = Values.Of(new SessionMetrics(channel, store));

        Assert.Equal((2, 1, 0), (read["carousel_session_cookies_minted_total"], read["carousel_session_cookies_refused_total forged"],
            read["carousel_session_cookies_refused_total expired"]));
        Assert.Equal((48, 1, 0), (read["carousel_session_queue_bytes"], read["carousel_session_store_state unknown"], read["carousel_session_store_state connected"]));
        Assert.Equal(0, read["carousel_session_store_written_total"]);
    }

    [Fact]
    public void Process_Metrics_HaveValues()
    {
        Dictionary<string, double> read = Values.Of(new ProcessMetrics("1.2.3", 1024, TimeProvider.System));
        Assert.True(read["process_resident_memory_bytes"] > 1_000_000);
        Assert.True(read["process_cpu_seconds_total"] > 0);
        Assert.Equal(1, read["carousel_build_info 1.2.3"]);
    }

    [Fact]
    public void Process_Descriptors_AreCounted()
    {
        var metrics = new ProcessMetrics("1.2.3", 1024, TimeProvider.System);
        double before = Values.Of(metrics)["process_open_fds"];
        // A margin for descriptors of concurrent tests.
        const int many = 200;
        List<FileStream> opened = [.. Enumerable.Range(0, many).Select(_ => File.OpenRead("/dev/null"))];
        Dictionary<string, double> read = Values.Of(metrics);
        opened.ForEach(file => file.Dispose());
        Assert.True(read["process_open_fds"] - before > many / 2, $"{before} before, {read["process_open_fds"]} with {many} more");
        Assert.Equal(1024, read["process_max_fds"]);
    }

    [Fact]
    public void Names_AllMetrics_FollowTheConventions()
    {
        foreach (Metric metric in AllMetrics.Of())
        {
            Assert.Matches(NamePattern(), metric.Name);
            Assert.Equal(metric.Kind == MetricKind.Counter, metric.Name.EndsWith("_total", StringComparison.Ordinal));
            Assert.Equal(metric.Unit == "s", metric.Name.Contains("_seconds", StringComparison.Ordinal));
            Assert.Equal(metric.Unit == "By", metric.Name.Contains("_bytes", StringComparison.Ordinal));
            Assert.False(metric.Help.EndsWith('.') || metric.Help.Length == 0, metric.Name);
        }
        Assert.Distinct(AllMetrics.Of().Select(metric => metric.Name));
    }

    [Fact]
    public void Meter_ReadByAListener_HasCountersAndGauges()
    {
        var sample = new Sample("http://10.0.0.1 name=blue");
        using var servers = new ServerMetrics(sample.Pool, _time);
        using var bridge = new MeterBridge(new MetricsCollector([servers]), _time);
        sample.Of("blue").CountResponse(200);
        var read = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (bridge.Owns(instrument))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
            read.Add(string.Join(' ', [instrument.Name, .. tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")]), value));
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal((1, 1), (read["carousel_requests_total server=blue class=2xx"], read["carousel_servers"]));
    }

    [GeneratedRegex("^(carousel|process)(_[a-z]+)+$")]
    private static partial Regex NamePattern();
}

using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>Metrics of clients and workers.</summary>
/// <param name="traffic">The workers' counters.</param>
/// <param name="time">The clock.</param>
public sealed class WorkerMetrics(Traffic traffic, TimeProvider time) : IMetricSource
{
    /// <summary>Long enough that a typical scrape interval sees every long tick, and that concurrent readers do not consume each other's values.</summary>
    private static readonly TimeSpan TickWindow = TimeSpan.FromMinutes(1);

    private static readonly Metric Requests = new("carousel_client_requests_total", MetricKind.Counter, "{request}", "Client requests whose heads were accepted");

    private static readonly Metric Failures = new("carousel_request_failures_total", MetricKind.Counter, "{request}",
        "Requests without a complete response from a server, by reason; successful retries are not counted", "reason");

    private static readonly Metric Waiting = new("carousel_queue_length", MetricKind.Gauge, "{request}", "Requests queued for a server with a free slot");

    private static readonly Metric Connections = new("carousel_connections", MetricKind.Gauge, "{connection}", "Open client connections");

    private static readonly Metric Accepted = new("carousel_connections_accepted_total", MetricKind.Counter, "{connection}", "Accepted client connections");

    private static readonly Metric Evicted = new("carousel_connections_evicted_total", MetricKind.Counter, "{connection}",
        "Idle client connections closed to free a slot or a descriptor, the longest idle first");

    private static readonly Metric Busy = new("carousel_worker_busy_seconds_total", MetricKind.Counter, "s",
        "Time the worker was busy; the rest is idle time", "worker");

    private static readonly Metric Ticks = new("carousel_worker_turns_total", MetricKind.Counter, "{turn}", "Ticks of the worker's loop that had work to do", "worker");

    private static readonly Metric LongestTick = new("carousel_worker_longest_turn_seconds", MetricKind.Gauge, "s",
        "The longest tick of the last one to two minutes: all other work of that worker waited this long", "worker");

    private readonly (double Before, double Now)[] _longest = new (double, double)[traffic.Workers.Count];
    private readonly string[] _names = [.. Enumerable.Range(0, traffic.Workers.Count).Select(index => $"{index}")];
    private long _windowBegan = time.GetTimestamp();

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics => [Requests, Failures, Waiting, Connections, Accepted, Evicted, Busy, Ticks, LongestTick];

    /// <inheritdoc/>
    public void Collect(IMetricSink sink)
    {
        sink.Begin(Requests);
        sink.Add(traffic.Workers.Sum(worker => Volatile.Read(ref worker.Requests)));
        sink.Begin(Failures);
        for (int i = 1; i < FailureReasons.Count; i++)
        {
            sink.Add(traffic.Workers.Sum(worker => worker.ByReason[i]), ((FailureReason)i).Describe().Name);
        }
        sink.Begin(Waiting);
        sink.Add(traffic.Workers.Sum(worker => Volatile.Read(ref worker.Waiting)));
        sink.Begin(Connections);
        sink.Add(traffic.Workers.Sum(worker => Volatile.Read(ref worker.Connections)));
        sink.Begin(Accepted);
        sink.Add(traffic.Workers.Sum(worker => Volatile.Read(ref worker.Accepted)));
        sink.Begin(Evicted);
        sink.Add(traffic.Workers.Sum(worker => Volatile.Read(ref worker.Evicted)));
        Each(Busy, index => Volatile.Read(ref traffic.Workers[index].BusyMicros) / 1e6);
        Each(Ticks, index => Volatile.Read(ref traffic.Workers[index].Ticks));
        TickWindows();
        Each(LongestTick, Longest);

        void Each(Metric metric, Func<int, double> value)
        {
            sink.Begin(metric);
            for (int i = 0; i < _names.Length; i++)
            {
                sink.Add(value(i), _names[i]);
            }
        }
    }

    private double Longest(int index)
    {
        ref (double Before, double Now) longest = ref _longest[index];
        longest.Now = Math.Max(longest.Now, traffic.Workers[index].TakeLongestTick() / 1e6);
        return Math.Max(longest.Before, longest.Now);
    }

    private void TickWindows()
    {
        TimeSpan passed = time.GetElapsedTime(_windowBegan);
        if (passed >= TickWindow)
        {
            foreach (ref (double Before, double Now) longest in _longest.AsSpan())
            {
                longest = (passed < 2 * TickWindow ? longest.Now : 0, 0);
            }
            _windowBegan = time.GetTimestamp();
        }
    }
}

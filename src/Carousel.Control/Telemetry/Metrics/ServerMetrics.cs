using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>Metrics of the servers and the pool.</summary>
public sealed class ServerMetrics : IMetricSource, IDisposable
{
    /// <summary>The label value for the sum over removed servers.</summary>
    public const string Left = "(left)";

    private const string Name = "server";

    private static readonly string[] Classes = ["0xx", "1xx", "2xx", "3xx", "4xx", "5xx"];

    private static readonly Metric Requests = new("carousel_requests_total", MetricKind.Counter, "{request}",
        "Responses of the server that were forwarded, by status class", Name, "class");

    private static readonly Metric Attempts = new("carousel_attempts_total", MetricKind.Counter, "{attempt}",
        "Requests sent to the server, including retries", Name);

    private static readonly Metric Failures = new("carousel_attempt_failures_total", MetricKind.Counter, "{attempt}",
        "Failed attempts by reason; a reason has no series before its first failure", Name, "reason");

    private static readonly Metric InFlight = new("carousel_in_flight", MetricKind.Gauge, "{request}", "Requests in flight at the server", Name);

    private static readonly Metric Up = new("carousel_server_up", MetricKind.Gauge, "",
        "1 if the server may receive requests: its name resolves, its probes pass, and it is not ejected", Name);

    private static readonly Metric Ejected = new("carousel_server_ejected", MetricKind.Gauge, "",
        "1 while the server is ejected: because requests failed, it receives none, or one as a trial", Name);

    private static readonly Metric Draining = new("carousel_server_draining", MetricKind.Gauge, "",
        "1 while the server accepts no new sessions: it is drained, or its line was deleted", Name);

    private static readonly Metric State = new("carousel_server_state", MetricKind.Gauge, "",
        "1 for the current state of the server; other states have no series", Name, "state");

    private static readonly Metric Reason = new("carousel_server_state_reason", MetricKind.Gauge, "",
        "1 for the failure that caused the server's state; no series if nothing failed", Name, "reason");

    private static readonly Metric Since = new("carousel_server_state_since_timestamp_seconds", MetricKind.Gauge, "s",
        "When the server entered its state, in seconds since 1970", Name);

    private static readonly Metric Probed = new("carousel_server_last_probe_timestamp_seconds", MetricKind.Gauge, "s",
        "When the server's last probe ended, in seconds since 1970", Name);

    private static readonly Metric ProbedWell = new("carousel_server_last_good_probe_timestamp_seconds", MetricKind.Gauge, "s",
        "When the server's last successful probe ended, in seconds since 1970", Name);

    private static readonly Metric ProbeTook = new("carousel_server_last_probe_duration_seconds", MetricKind.Gauge, "s", "Duration of the server's last probe", Name);

    private static readonly Metric Weight = new("carousel_server_weight", MetricKind.Gauge, "", "The server's weight", Name);

    private static readonly Metric Latency = new("carousel_server_latency_seconds", MetricKind.Gauge, "s",
        "Estimated time to the response head, as used by the policies; 0 before the first response", Name);

    private static readonly Metric Open = new("carousel_upstream_connections", MetricKind.Gauge, "{connection}",
        "Open connections to the server, idle or in use", Name);

    private static readonly Metric Connects = new("carousel_upstream_connects_total", MetricKind.Counter, "{connection}",
        "Connections to the server that were opened or attempted", Name);

    private static readonly Metric Reuses = new("carousel_upstream_reuses_total", MetricKind.Counter, "{attempt}",
        "Attempts over a kept-alive connection", Name);

    private static readonly Metric Sent = new("carousel_upstream_sent_bytes_total", MetricKind.Counter, "By", "Bytes sent to the server, including heads", Name);

    private static readonly Metric Received = new("carousel_upstream_received_bytes_total", MetricKind.Counter, "By",
        "Bytes received from the server, including heads", Name);

    private static readonly Metric FirstByte = new("carousel_time_to_first_byte_seconds", MetricKind.Histogram, "s",
        "Time from sending the request to receiving the response head", Name);

    private static readonly Metric Duration = new("carousel_request_duration_seconds", MetricKind.Histogram, "s",
        "Time from receiving the request head to forwarding the whole response, including queueing and retries", Name);

    private static readonly Metric Servers = new("carousel_servers", MetricKind.Gauge, "{server}", "Servers in the pool");

    private static readonly Metric Available = new("carousel_servers_available", MetricKind.Gauge, "{server}",
        "Servers that accept new sessions, including backups");

    private readonly Pool _pool;
    private readonly CounterHistory _history;
    private readonly StateTimes _states;

    /// <param name="pool">The pool of servers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="states">When servers entered their states; null to track it here.</param>
    public ServerMetrics(Pool pool, TimeProvider time, StateTimes? states = null) =>
        (_pool, _history, _states) = (pool, new CounterHistory(pool, time), states ?? new StateTimes(pool, time));

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics =>
    [
        Requests, Attempts, Failures, Connects, Reuses, Sent, Received, FirstByte, Duration, InFlight, Up, Ejected, Draining, Weight, Latency, Open,
        Servers, Available, State, Reason, Since, Probed, ProbedWell, ProbeTook,
    ];

    /// <inheritdoc/>
    public void Collect(IMetricSink sink)
    {
        PoolSnapshot snapshot = _pool.Current;
        var left = new ServerHistory();
        List<(string Label, ServerHistory History)> counted = [.. Labels(snapshot).Zip(_history.Read(snapshot, left))];
        if (_history.HasLeft)
        {
            counted.Add((Left, left));
        }
        CollectCounters(sink, counted);
        CollectGauges(sink, snapshot, counted);
        CollectStates(sink, snapshot, counted);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _history.Dispose();
        _states.Dispose();
    }

    private static void CollectCounters(IMetricSink sink, List<(string Label, ServerHistory History)> counted)
    {
        sink.Begin(Requests);
        foreach ((string label, ServerHistory history) in counted)
        {
            for (int i = 1; i < Classes.Length; i++)
            {
                sink.Add(history.Counters.ByClass[i], label, Classes[i]);
            }
        }
        Each(Attempts, counters => counters.Attempts);
        sink.Begin(Failures);
        foreach ((string label, ServerHistory history) in counted)
        {
            for (int i = 1; i < history.Counters.ByReason.Count; i++)
            {
                if (history.Counters.ByReason[i] != 0)
                {
                    sink.Add(history.Counters.ByReason[i], label, ((FailureReason)i).Describe().Name);
                }
            }
        }
        Each(Connects, counters => counters.Connects);
        Each(Reuses, counters => counters.Reuses);
        Each(Sent, counters => counters.BytesSent);
        Each(Received, counters => counters.BytesReceived);
        sink.Begin(FirstByte);
        counted.ForEach(server => sink.Add(server.History.FirstByte.Value, server.Label));
        sink.Begin(Duration);
        counted.ForEach(server => sink.Add(server.History.Total.Value, server.Label));

        void Each(Metric metric, Func<ServerCounterSnapshot, long> value)
        {
            sink.Begin(metric);
            counted.ForEach(server => sink.Add(value(server.History.Counters), server.Label));
        }
    }

    private static void CollectGauges(IMetricSink sink, PoolSnapshot snapshot, List<(string Label, ServerHistory History)> counted)
    {
        Each(InFlight, server => server.Load.InFlight);
        Each(Up, server => snapshot.CanServe(server) && !IsEjected(server) ? 1 : 0);
        Each(Ejected, server => IsEjected(server) ? 1 : 0);
        Each(Draining, server => server.Entry.Drain || snapshot[server].IsLeaving ? 1 : 0);
        Each(Weight, server => server.Entry.Weight);
        Each(Latency, server => server.Load.LatencyMicros / 1e6);
        sink.Begin(Open);
        for (int i = 0; i < snapshot.Servers.Length; i++)
        {
            sink.Add(counted[i].History.Counters.OpenConnections, counted[i].Label);
        }
        sink.Begin(Servers);
        sink.Add(snapshot.Servers.Length);
        sink.Begin(Available);
        sink.Add(snapshot.Servers.Count(server => snapshot.TakesNewTraffic(server) && !IsEjected(server)));

        void Each(Metric metric, Func<Server, double> value)
        {
            sink.Begin(metric);
            for (int i = 0; i < snapshot.Servers.Length; i++)
            {
                sink.Add(value(snapshot.Servers[i]), counted[i].Label);
            }
        }
    }

    private void CollectStates(IMetricSink sink, PoolSnapshot snapshot, List<(string Label, ServerHistory History)> counted)
    {
        _states.Look();
        sink.Begin(State);
        Each((server, label) => sink.Add(1, label, _states.Of(server).State.Name()));
        sink.Begin(Reason);
        Each((server, label) =>
        {
            if (StateReason.Of(snapshot, server, _states.Of(server).State)?.Code is { } code)
            {
                sink.Add(1, label, code);
            }
        });
        sink.Begin(Since);
        Each((server, label) => sink.Add(Seconds(_states.Of(server).Since), label));
        OfProbes(Probed, probe => Seconds(probe.At));
        OfProbes(ProbedWell, probe => probe.GoodAt is { } at ? Seconds(at) : null);
        OfProbes(ProbeTook, probe => probe.Took.TotalSeconds);

        void OfProbes(Metric metric, Func<ProbeReport, double?> value)
        {
            sink.Begin(metric);
            Each((server, label) =>
            {
                if (server.LastProbe is { } probe && value(probe) is { } known)
                {
                    sink.Add(known, label);
                }
            });
        }

        void Each(Action<Server, string> add)
        {
            for (int i = 0; i < snapshot.Servers.Length; i++)
            {
                add(snapshot.Servers[i], counted[i].Label);
            }
        }

        static double Seconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1e3;
    }

    private static bool IsEjected(Server server) => server.Load.Breaker.State != CircuitState.Closed;

    /// <summary>Labels of the servers, in their order: the name, or the URL if the name is taken. A leaving server may share its name with a new one.</summary>
    private static IEnumerable<string> Labels(PoolSnapshot snapshot)
    {
        var taken = new HashSet<string>();
        var labels = new Dictionary<Server, string>();
        foreach (Server server in snapshot.Servers.OrderBy(server => snapshot[server].IsLeaving))
        {
            labels.Add(server, taken.Add(server.Entry.Name) ? server.Entry.Name : server.Entry.Address.Url);
        }
        return snapshot.Servers.Select(server => labels[server]);
    }
}

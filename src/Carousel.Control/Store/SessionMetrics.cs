using Carousel.Control.Store.Client;
using Carousel.Control.Telemetry;
using Carousel.Core.Sessions;

namespace Carousel.Control.Store;

/// <summary>Metrics of sessions and of their store.</summary>
/// <param name="channel">The workers' counters and queues.</param>
/// <param name="store">The store's counters and state.</param>
public sealed class SessionMetrics(SessionChannel channel, SessionStore store) : IMetricSource
{
    private static readonly Metric Refused = new("carousel_session_cookies_refused_total", MetricKind.Counter, "{cookie}", "Invalid cookies, by reason", "reason");

    private static readonly Metric Queue = new("carousel_session_queue_bytes", MetricKind.Gauge, "By", "Bytes queued for the store");

    private static readonly Metric State = new("carousel_session_store_state", MetricKind.Gauge, "", "1 for the store's current state, 0 for the others", "state");

    private static readonly (CookieVerdict Verdict, string Reason)[] s_reasons =
    [
        (CookieVerdict.Malformed, "malformed"), (CookieVerdict.UnknownKey, "unknown-key"), (CookieVerdict.Forged, "forged"), (CookieVerdict.Expired, "expired"),
    ];

    private static readonly (StoreState State, string Name)[] s_states = [.. Enum.GetValues<StoreState>().Select(state => (state, state.ToString().ToLowerInvariant()))];

    private readonly (Metric Metric, Func<long> Read)[] _counters =
    [
        Counter("carousel_session_cookies_minted_total", "{cookie}", "Cookies issued to clients without a valid one", () => channel.Counters.Sum(worker => worker.Minted)),
        Counter("carousel_session_cookies_accepted_total", "{request}", "Requests with a valid cookie", () => channel.Counters.Sum(worker => worker.Returned)),
        Counter("carousel_session_cookies_renewed_total", "{cookie}", "Cookies renewed for an existing session", () => channel.Counters.Sum(worker => worker.Renewed)),
        Counter("carousel_session_moved_total", "{session}", "Sticky sessions moved to another server", () => channel.Counters.Sum(worker => worker.Moved)),
        Counter("carousel_session_stateless_total", "{request}", "Stateless requests, which carry their own state", () => channel.Counters.Sum(worker => worker.Stateless)),
        Counter("carousel_session_records_deferred_total", "{record}", "Records deferred until the cookie is returned", () => channel.Counters.Sum(worker => worker.Deferred)),
        Counter("carousel_session_events_dropped_total", "{event}", "Events dropped because the queue to the store was full", () => channel.Counters.Sum(worker => worker.Dropped)),
        Counter("carousel_session_store_written_total", "{update}", "Session updates written", () => store.Counters.Written),
        Counter("carousel_session_store_failed_total", "{update}", "Failed writes of session updates; they are retried", () => store.Counters.Failed),
        Counter("carousel_session_store_retried_total", "{update}", "Retried writes of session updates", () => store.Counters.Retried),
        Counter("carousel_session_store_refused_total", "{update}", "Session updates that the store rejects permanently", () => store.Counters.Refused),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics => [.. _counters.Select(counter => counter.Metric), Refused, Queue, State];

    /// <inheritdoc/>
    public void Collect(IMetricSink sink)
    {
        foreach ((Metric metric, Func<long> read) in _counters)
        {
            sink.Begin(metric);
            sink.Add(read());
        }
        sink.Begin(Refused);
        foreach ((CookieVerdict verdict, string reason) in s_reasons)
        {
            sink.Add(channel.Counters.Sum(worker => worker.Refused(verdict)), reason);
        }
        sink.Begin(Queue);
        sink.Add(channel.Queues.Sum(queue => queue.Waiting));
        sink.Begin(State);
        StoreState now = store.State;
        foreach ((StoreState state, string name) in s_states)
        {
            sink.Add(state == now ? 1 : 0, name);
        }
    }

    private static (Metric, Func<long>) Counter(string name, string unit, string help, Func<long> read) => (new Metric(name, MetricKind.Counter, unit, help), read);
}

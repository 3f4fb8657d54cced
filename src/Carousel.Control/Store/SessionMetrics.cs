using System.Diagnostics.Metrics;
using Carousel.Core.Sessions;

namespace Carousel.Control.Store;

/// <summary>Makes what is counted of sessions known to whoever listens to the meter <see cref="MeterName"/>. Costs nothing until somebody looks.</summary>
public sealed class SessionMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Carousel.Sessions";

    private static readonly (CookieVerdict Verdict, string Reason)[] s_reasons =
    [
        (CookieVerdict.Malformed, "malformed"), (CookieVerdict.UnknownKey, "unknown_key"), (CookieVerdict.Forged, "forged"), (CookieVerdict.Expired, "expired"),
    ];

    private readonly Meter _meter = new(MeterName);
    private readonly SessionLink _link;

    /// <param name="link">The workers' counters and queues.</param>
    /// <param name="store">The store's.</param>
    public SessionMetrics(SessionLink link, SessionStore store)
    {
        _link = link;
        Count("carousel.session.cookies.minted", "{cookie}", "Cookies for visitors that came without a good one", counters => counters.Minted);
        Count("carousel.session.cookies.accepted", "{request}", "Requests with a good cookie", counters => counters.Returned);
        Count("carousel.session.cookies.renewed", "{cookie}", "Cookies issued anew for a session that goes on", counters => counters.Renewed);
        _meter.CreateObservableCounter("carousel.session.cookies.refused", Refused, "{cookie}", "Cookies that were no good");
        Count("carousel.session.moved", "{session}", "Sticky visitors that were given another server", counters => counters.Moved);
        Count("carousel.session.stateless", "{request}", "Requests that carry their state themselves", counters => counters.Stateless);
        Count("carousel.session.records.deferred", "{record}", "Records that wait for the cookie's return", counters => counters.Deferred);
        Count("carousel.session.events.dropped", "{event}", "Events that found the queue to the store full", counters => counters.Dropped);
        _meter.CreateObservableUpDownCounter("carousel.session.queue.size", () => link.Queues.Sum(queue => queue.Waiting), "By", "Bytes that wait for the store");
        Count("carousel.session.store.written", "Updates of sessions that were written", () => store.Counters.Written);
        Count("carousel.session.store.failed", "Updates that could not be written at once", () => store.Counters.Failed);
        Count("carousel.session.store.retried", "Updates that were tried again", () => store.Counters.Retried);
        Count("carousel.session.store.refused", "Updates that the store will never take", () => store.Counters.Refused);
        _meter.CreateObservableGauge("carousel.session.store.state", () => States(store), null, "1 for the state that the store is in, 0 for the others");
    }

    /// <summary>Takes the meter away.</summary>
    public void Dispose() => _meter.Dispose();

    /// <summary>True for an instrument of this meter, not of another of the same name.</summary>
    internal bool Owns(Instrument instrument) => ReferenceEquals(instrument.Meter, _meter);

    private void Count(string name, string unit, string description, Func<SessionCounters, long> read) =>
        _meter.CreateObservableCounter(name, () => _link.Counters.Sum(read), unit, description);

    private void Count(string name, string description, Func<long> read) => _meter.CreateObservableCounter(name, read, "{update}", description);

    private IEnumerable<Measurement<long>> Refused() => s_reasons.Select(
        reason => new Measurement<long>(_link.Counters.Sum(counters => counters.Refused(reason.Verdict)), Tag("reason", reason.Reason)));

    private static IEnumerable<Measurement<int>> States(SessionStore store)
    {
        StoreState now = store.State;
        return Enum.GetValues<StoreState>().Select(state => new Measurement<int>(state == now ? 1 : 0, Tag("state", state.ToString().ToLowerInvariant())));
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}

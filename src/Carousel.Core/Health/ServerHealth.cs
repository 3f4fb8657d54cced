using Carousel.Core.Config;

namespace Carousel.Core.Health;

/// <summary>The health of a server, by its probes.</summary>
public enum HealthState : byte
{
    /// <summary>New: it gets no requests before the first verdict.</summary>
    Probing,

    /// <summary>It may take requests.</summary>
    Up,

    /// <summary>It gets no requests.</summary>
    Down,
}

/// <summary>The outcome of a probe.</summary>
/// <param name="News">Log text after the server's label; null if the state has not changed.</param>
/// <param name="Wait">Time until the next probe.</param>
public readonly record struct HealthStep(string? News, TimeSpan Wait);

/// <summary>
/// Derives a server's health from its probes, and the time of the next probe. The first verdict needs one good probe, because startup waits for it.
/// After that <see cref="HealthOptions.Fall"/> bad probes in a row mean down and <see cref="HealthOptions.Rise"/> good ones mean up. While the
/// verdict is uncertain probes are frequent, so that few requests are affected. No I/O, no clock; one thread at a time.
/// </summary>
public sealed class ServerHealth(HealthOptions options)
{
    private int _good;
    private int _bad;
    private bool _wasUp;
    private TimeSpan _downSince;

    /// <summary>The current verdict.</summary>
    public HealthState State { get; private set; }

    /// <summary>It is up, and its last probe succeeded.</summary>
    public bool IsSurelyUp => State == HealthState.Up && _bad == 0;

    /// <summary>Processes the result of a probe.</summary>
    /// <param name="result">The result.</param>
    /// <param name="now">By any monotonic clock.</param>
    /// <param name="jitter">Random, from 0 to below 1: spreads the probes of servers that started at the same moment.</param>
    public HealthStep Take(ProbeResult result, TimeSpan now, double jitter)
    {
        (_good, _bad) = result.IsGood ? (_good + 1, 0) : (0, _bad + 1);
        HealthState before = State;
        State = Evaluate(result.IsGood);
        string? news = before == State ? null : News(before, result, now);
        _wasUp |= State == HealthState.Up;
        return new HealthStep(news, Wait(before, jitter));
    }

    private HealthState Evaluate(bool good) =>
        good ? State == HealthState.Down && _good < options.Rise ? HealthState.Down : HealthState.Up
        : _bad >= options.Fall ? HealthState.Down
        : State;

    private string? News(HealthState before, ProbeResult result, TimeSpan now)
    {
        if (State == HealthState.Down)
        {
            _downSince = now;
            return $"is down: {result.Failure} ({_bad} {(_bad == 1 ? "probe" : "probes")})";
        }
        if (before == HealthState.Probing)
        {
            // Not logged: the startup banner lists the server.
            return null;
        }
        var down = TimeSpan.FromSeconds(Math.Max(1, Math.Round((now - _downSince).TotalSeconds)));
        return $"is up{(_wasUp ? " again" : "")} after {Durations.Format(down)}";
    }

    private TimeSpan Wait(HealthState before, double jitter)
    {
        if (State == HealthState.Up && _bad == 0)
        {
            // All new servers are probed at once. The second probe is at a random time within the interval, which spreads all that follow.
            return options.Interval * (before == HealthState.Probing ? jitter : About(jitter));
        }
        // A larger shift exceeds any interval.
        const int maxShift = 24;
        TimeSpan wait = HealthOptions.FirstBackoff * (1 << Math.Clamp(_bad - options.Fall, 0, maxShift));
        return (wait < options.Interval ? wait : options.Interval) * About(jitter);
    }

    /// <summary>A factor of 0.9 to 1.1.</summary>
    private static double About(double jitter) => 0.9 + (0.2 * jitter);
}

using Carousel.Core.Config;

namespace Carousel.Core.Health;

/// <summary>What is thought of a server.</summary>
public enum HealthState : byte
{
    /// <summary>It is new: nothing is sent to it before the first verdict.</summary>
    Probing,

    /// <summary>It serves.</summary>
    Up,

    /// <summary>Nothing is sent to it.</summary>
    Down,
}

/// <summary>What to do after a probe.</summary>
/// <param name="News">The rest of a line for people that begins with the server; null if there is no news.</param>
/// <param name="Wait">Until the next probe.</param>
public readonly record struct HealthStep(string? News, TimeSpan Wait);

/// <summary>
/// From the results of probes to the verdict on one server, and when to probe next. One good probe is enough for the first verdict: a start waits for it.
/// After that it takes <see cref="HealthOptions.Fall"/> bad ones in a row to be down and <see cref="HealthOptions.Rise"/> good ones to be up.
/// While the verdict is in doubt probes come quickly, so that it costs few requests. No I/O, no clock; one thread at a time.
/// </summary>
public sealed class ServerHealth(HealthOptions options)
{
    private int _good;
    private int _bad;
    private bool _wasUp;
    private TimeSpan _downSince;

    /// <summary>The verdict now.</summary>
    public HealthState State { get; private set; }

    /// <summary>It is up, and the last probe had no other opinion.</summary>
    public bool IsSurelyUp => State == HealthState.Up && _bad == 0;

    /// <summary>Takes in what a probe gave.</summary>
    /// <param name="result">What it gave.</param>
    /// <param name="now">By any clock that does not go back.</param>
    /// <param name="jitter">Random, from 0 to below 1: servers probed at one moment must not be for ever.</param>
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
            // As expected: the banner has told of the server.
            return null;
        }
        var down = TimeSpan.FromSeconds(Math.Max(1, Math.Round((now - _downSince).TotalSeconds)));
        return $"is up{(_wasUp ? " again" : "")} after {Durations.Format(down)}";
    }

    private TimeSpan Wait(HealthState before, double jitter)
    {
        if (State == HealthState.Up && _bad == 0)
        {
            // All new servers are probed at once: the second probe comes anywhere within the interval, which spreads all that follow.
            return options.Interval * (before == HealthState.Probing ? jitter : About(jitter));
        }
        // A shift past this is beyond any interval.
        const int maxShift = 24;
        TimeSpan wait = HealthOptions.FirstBackoff * (1 << Math.Clamp(_bad - options.Fall, 0, maxShift));
        return (wait < options.Interval ? wait : options.Interval) * About(jitter);
    }

    /// <summary>A tenth more or less.</summary>
    private static double About(double jitter) => 0.9 + (0.2 * jitter);
}

using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Discovery;

/// <summary>What to do after a lookup.</summary>
/// <param name="Changed">True if <see cref="NameState.Addresses"/> is another set than before.</param>
/// <param name="Message">A line for people, if there is news.</param>
/// <param name="Wait">Until the next lookup.</param>
internal readonly record struct NameStep(bool Changed, string? Message, TimeSpan Wait);

/// <summary>What is known of one name, and what each lookup makes of it. No I/O, no clock; one thread at a time.</summary>
/// <param name="host">The name.</param>
/// <param name="interval">Between lookups while all is well, and at most after failures.</param>
internal sealed class NameState(string host, TimeSpan interval)
{
    /// <summary>The first wait after a failure; it doubles with each further one.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    /// <summary>
    /// So often a name that is not found is looked up again before the waits get longer: a container that is made anew has none meanwhile, and nobody can try to
    /// connect to it. A resolver in trouble gets no such haste.
    /// </summary>
    public const int SteadyRetries = 30;

    private int _failures;
    private ResolutionKind _reported = ResolutionKind.Found;

    /// <summary>The last known addresses, in the order to try them; empty if there are none.</summary>
    public ImmutableArray<IPAddress> Addresses { get; private set; } = [];

    /// <summary>How much the last message matters.</summary>
    public EventLevel Level { get; private set; }

    /// <summary>Takes in what a lookup gave.</summary>
    public NameStep Take(Resolution resolution)
    {
        ImmutableArray<IPAddress> before = Addresses;
        bool changed = resolution.Kind != ResolutionKind.Failure && !SameSet(before, resolution.Addresses);
        if (changed)
        {
            Addresses = resolution.Addresses;
        }
        string? message = resolution.Kind == ResolutionKind.Found ? Found(before, changed) : Failed(resolution);
        ResolutionKind reported = _reported;
        _reported = resolution.Kind;
        _failures = resolution.Kind == ResolutionKind.Found ? 0 : _failures + 1;
        Level = resolution.Kind != ResolutionKind.Found ? EventLevel.Warning : reported != ResolutionKind.Found ? EventLevel.Good : EventLevel.Info;
        return new NameStep(changed, message, _failures == 0 ? interval : Backoff());
    }

    /// <summary>Quiet about the first success: the start-up banner has told of it.</summary>
    private string? Found(ImmutableArray<IPAddress> before, bool changed)
    {
        string now = string.Join(", ", Addresses);
        if (_reported != ResolutionKind.Found)
        {
            return changed ? $"{host} resolves to {now}" : $"{host} resolves again, to the same addresses";
        }
        return changed && !before.IsEmpty ? $"{host} now resolves to {now} (was {string.Join(", ", before)})" : null;
    }

    /// <summary>Once for each kind of failure, not for each lookup.</summary>
    private string? Failed(Resolution resolution)
    {
        if (_reported == resolution.Kind)
        {
            return null;
        }
        (string what, string until) = resolution.Kind == ResolutionKind.NotFound
            ? ($"{host} does not resolve", "until it does")
            : ($"{host} can't be looked up ({resolution.Error})", "until it can");
        return Addresses.IsEmpty ? $"{what}: its servers are down {until}" : $"{what}: the last known addresses stay in use";
    }

    private TimeSpan Backoff()
    {
        // A shift past this is beyond any interval.
        const int maxShift = 20;
        int steady = _reported == ResolutionKind.NotFound ? SteadyRetries : 1;
        TimeSpan wait = FirstRetry * (1 << Math.Clamp(_failures - steady, 0, maxShift));
        return wait < interval ? wait : interval;
    }

    /// <summary>Resolvers turn the order of the addresses with every answer: that alone is no news.</summary>
    private static bool SameSet(ImmutableArray<IPAddress> a, ImmutableArray<IPAddress> b) =>
        a.Length == b.Length && a.All(b.Contains);
}

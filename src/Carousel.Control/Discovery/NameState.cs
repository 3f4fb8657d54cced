using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Events;

namespace Carousel.Control.Discovery;

/// <summary>What to do after a lookup.</summary>
/// <param name="Changed">True if the set of <see cref="NameState.Addresses"/> changed.</param>
/// <param name="Message">A log line, if there is something to report.</param>
/// <param name="Wait">Time until the next lookup.</param>
internal readonly record struct NameStep(bool Changed, string? Message, TimeSpan Wait);

/// <summary>State of one name, updated by each lookup. No I/O, no clock; one thread at a time.</summary>
/// <param name="host">The name.</param>
/// <param name="interval">Lookup interval on success, and maximum after failures.</param>
internal sealed class NameState(string host, TimeSpan interval)
{
    /// <summary>The first delay after a failure; doubled with each further failure.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Number of lookups of a name not found before the delays grow: a container being recreated has no name meanwhile, and no failed connect can trigger an
    /// earlier lookup. Resolver failures back off from the first.
    /// </summary>
    public const int SteadyRetries = 30;

    private int _failures;
    private ResolutionKind _reported = ResolutionKind.Found;

    /// <summary>The last known addresses, in the order to try them; empty if there are none.</summary>
    public ImmutableArray<IPAddress> Addresses { get; private set; } = [];

    /// <summary>Level of the last message.</summary>
    public EventLevel Level { get; private set; }

    /// <summary>Processes the result of a lookup.</summary>
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

    /// <summary>The first success is not reported: it is in the startup banner.</summary>
    private string? Found(ImmutableArray<IPAddress> before, bool changed)
    {
        string now = string.Join(", ", Addresses);
        if (_reported != ResolutionKind.Found)
        {
            return changed ? $"{host} resolves to {now}" : $"{host} resolves again, to the same addresses";
        }
        return changed && !before.IsEmpty ? $"{host} now resolves to {now} (was {string.Join(", ", before)})" : null;
    }

    /// <summary>Reported once for each kind of failure, not for each lookup.</summary>
    private string? Failed(Resolution resolution)
    {
        if (_reported == resolution.Kind)
        {
            return null;
        }
        (string what, string until) = resolution.Kind == ResolutionKind.NotFound
            ? ($"{host} does not resolve", "until it does")
            : ($"lookup of {host} failed ({resolution.Error})", "until it succeeds");
        return Addresses.IsEmpty ? $"{what}: its servers are down {until}" : $"{what}: the last known addresses stay in use";
    }

    private TimeSpan Backoff()
    {
        // A larger shift exceeds any interval.
        const int maxShift = 20;
        int steady = _reported == ResolutionKind.NotFound ? SteadyRetries : 1;
        TimeSpan wait = FirstRetry * (1 << Math.Clamp(_failures - steady, 0, maxShift));
        return wait < interval ? wait : interval;
    }

    /// <summary>Resolvers rotate the order of addresses with every response: that alone is not a change.</summary>
    private static bool SameSet(ImmutableArray<IPAddress> a, ImmutableArray<IPAddress> b) =>
        a.Length == b.Length && a.All(b.Contains);
}

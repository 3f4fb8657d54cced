using System.Diagnostics.CodeAnalysis;

namespace Carousel.Core.Health;

/// <summary>State of a server's circuit breaker. The table of transitions is docs/STATES.md.</summary>
public enum CircuitState : byte
{
    /// <summary>The server takes requests.</summary>
    Closed,

    /// <summary>Ejected: no requests until the ejection time is over.</summary>
    Open,

    /// <summary>One trial request is in progress; no others are admitted.</summary>
    HalfOpen,
}

/// <summary>The transition table of docs/STATES.md; a test compares the two.</summary>
internal static class CircuitStates
{
    /// <summary>True if the transition from <paramref name="now"/> to this state is allowed.</summary>
    public static bool MayFollow(this CircuitState next, CircuitState now) => (now, next) switch
    {
        (CircuitState.Closed, CircuitState.Open) => true,
        (CircuitState.Open, CircuitState.HalfOpen or CircuitState.Closed) => true,
        (CircuitState.HalfOpen, CircuitState.Open or CircuitState.HalfOpen or CircuitState.Closed) => true,
        _ => false,
    };

    /// <summary>Throws for an invalid transition: a defect of the circuit breaker.</summary>
    [DoesNotReturn]
    public static void Refuse(CircuitState now, CircuitState next) => throw new InvalidOperationException($"invalid circuit breaker transition from {now} to {next}");
}

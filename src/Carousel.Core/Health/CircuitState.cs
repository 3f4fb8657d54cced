using System.Diagnostics.CodeAnalysis;

namespace Carousel.Core.Health;

/// <summary>Whether the failures of its requests keep a server from getting more. The table of transitions is docs/STATES.md.</summary>
public enum CircuitState : byte
{
    /// <summary>It gets requests.</summary>
    Closed,

    /// <summary>It is ejected: it gets none until a time.</summary>
    Open,

    /// <summary>One request is its trial; it gets no other.</summary>
    HalfOpen,
}

/// <summary>The table of docs/STATES.md, which a test compares.</summary>
internal static class CircuitStates
{
    /// <summary>True if a circuit breaker may go from <paramref name="now"/> to this state.</summary>
    public static bool MayFollow(this CircuitState next, CircuitState now) => (now, next) switch
    {
        (CircuitState.Closed, CircuitState.Open) => true,
        (CircuitState.Open, CircuitState.HalfOpen or CircuitState.Closed) => true,
        (CircuitState.HalfOpen, CircuitState.Open or CircuitState.HalfOpen or CircuitState.Closed) => true,
        _ => false,
    };

    /// <summary>The circuit breaker is broken: it must not go on.</summary>
    [DoesNotReturn]
    public static void Refuse(CircuitState now, CircuitState next) => throw new InvalidOperationException($"a circuit breaker must not go from {now} to {next}");
}

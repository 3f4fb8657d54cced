using System.Diagnostics.CodeAnalysis;

namespace Carousel.Core.Health;

/// <summary>Whether the failures of its requests keep a server from getting more. The table of transitions is docs/STATES.md.</summary>
public enum GuardState : byte
{
    /// <summary>It gets requests.</summary>
    Closed,

    /// <summary>It is ejected: it gets none until a time.</summary>
    Open,

    /// <summary>One request is its trial; it gets no other.</summary>
    HalfOpen,
}

/// <summary>The table of docs/STATES.md, which a test compares.</summary>
internal static class GuardStates
{
    /// <summary>True if a guard may go from <paramref name="now"/> to this state.</summary>
    public static bool MayFollow(this GuardState next, GuardState now) => (now, next) switch
    {
        (GuardState.Closed, GuardState.Open) => true,
        (GuardState.Open, GuardState.HalfOpen or GuardState.Closed) => true,
        (GuardState.HalfOpen, GuardState.Open or GuardState.HalfOpen or GuardState.Closed) => true,
        _ => false,
    };

    /// <summary>The guard is broken: it must not go on.</summary>
    [DoesNotReturn]
    public static void Refuse(GuardState now, GuardState next) => throw new InvalidOperationException($"a guard must not go from {now} to {next}");
}

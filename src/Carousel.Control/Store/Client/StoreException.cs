namespace Carousel.Control.Store.Client;

/// <summary>State of the store.</summary>
public enum StoreState : byte
{
    /// <summary>Not contacted yet.</summary>
    Unknown,

    /// <summary>There is no store.</summary>
    None,

    /// <summary>It works.</summary>
    Connected,

    /// <summary>It does not respond.</summary>
    Unreachable,

    /// <summary>It responds with errors: wrong password, a replica, out of memory.</summary>
    Refusing,
}

/// <summary>Why a command failed.</summary>
/// <param name="State"><see cref="StoreState.Unreachable"/> or <see cref="StoreState.Refusing"/>.</param>
/// <param name="Kind">Distinguishes failures of the same state: one line is logged for each kind.</param>
/// <param name="Text">Message for people, shown in parentheses.</param>
/// <param name="IsRefused">True if nothing listens there: connection refused.</param>
/// <param name="NeedsNewConnection">False if a new connection would not help.</param>
internal sealed record StoreFailure(StoreState State, string Kind, string Text, bool IsRefused = false, bool NeedsNewConnection = true);

/// <summary>A command failed for a reason that affects all commands.</summary>
internal sealed class StoreException(StoreFailure failure) : Exception(failure.Text)
{
    public StoreFailure Failure { get; } = failure;
}

namespace Carousel.Control.Store;

/// <summary>How the store is.</summary>
public enum StoreState : byte
{
    /// <summary>Not asked yet.</summary>
    Unknown,

    /// <summary>There is none, and is to be none.</summary>
    None,

    /// <summary>It does what it is asked.</summary>
    Connected,

    /// <summary>It does not answer.</summary>
    Unreachable,

    /// <summary>It answers, but does not do what it is asked: a password, a replica, out of memory.</summary>
    Refusing,
}

/// <summary>Why the store did not do what it was asked.</summary>
/// <param name="State"><see cref="StoreState.Unreachable"/> or <see cref="StoreState.Refusing"/>.</param>
/// <param name="Kind">What tells this trouble from others of the same state: one line is logged for each.</param>
/// <param name="Text">For people, to stand in parentheses.</param>
/// <param name="IsRefused">True if nothing listens there: connection refused.</param>
/// <param name="NeedsNewConnection">False if the connection is as good as any other.</param>
internal sealed record StoreFailure(StoreState State, string Kind, string Text, bool IsRefused = false, bool NeedsNewConnection = true);

/// <summary>The store did not do what it was asked, for a reason that concerns all that it is asked.</summary>
internal sealed class StoreException(StoreFailure failure) : Exception(failure.Text)
{
    public StoreFailure Failure { get; } = failure;
}

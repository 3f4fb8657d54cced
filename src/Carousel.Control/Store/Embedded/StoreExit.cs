namespace Carousel.Control.Store.Embedded;

/// <summary>How a store process exited.</summary>
/// <param name="Code">Its exit code; 128 plus the signal's number if a signal ended it.</param>
/// <param name="Error">The first line it wrote to standard error, or null.</param>
internal readonly record struct StoreExit(int Code, string? Error)
{
    /// <summary>Reason for the log: the store's error line, or its exit code.</summary>
    public string Reason => Error ?? $"exit code {Code}";
}

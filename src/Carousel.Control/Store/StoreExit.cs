namespace Carousel.Control.Store;

/// <summary>How a store's process ended.</summary>
/// <param name="Code">Its exit code; 128 and the signal's number if one ended it.</param>
/// <param name="Error">The first line it wrote to standard error, or null.</param>
internal readonly record struct StoreExit(int Code, string? Error)
{
    /// <summary>For people: the store's own words where it had any.</summary>
    public string Reason => Error ?? $"exit code {Code}";
}

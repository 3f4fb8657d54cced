using Carousel.Control.Store.Client;

namespace Carousel.Control.Store.Records;

/// <summary>Result of one session's update.</summary>
/// <param name="IsCounted">True if its requests were counted, or may have been: they must not be counted again.</param>
/// <param name="Failure">Why it must be written again; null if all of it was written, or never can be.</param>
/// <param name="Refusal">The store's permanent error for this session; null if none.</param>
internal readonly record struct WriteResult(bool IsCounted, StoreFailure? Failure, string? Refusal);

/// <summary>Writes session records.</summary>
internal interface IRecordStore
{
    /// <summary>Writes all updates as one batch; returns a result for each, in the same order.</summary>
    /// <exception cref="StoreException">Nothing was sent.</exception>
    Task<WriteResult[]> WriteAsync(IReadOnlyList<SessionUpdate> updates);
}

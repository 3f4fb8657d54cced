namespace Carousel.Control.Store;

/// <summary>What became of one session's update.</summary>
/// <param name="IsCounted">True if its requests were counted, or may have been: they must not be counted again.</param>
/// <param name="Failure">Null if all of it was written, or can never be; else why it is to be written again.</param>
/// <param name="Refusal">What the store has against this one session for good; null if nothing.</param>
internal readonly record struct WriteResult(bool IsCounted, StoreFailure? Failure, string? Refusal);

/// <summary>Where records are written.</summary>
internal interface IRecordStore
{
    /// <summary>Writes all of them in one go; a result for each, in their order.</summary>
    /// <exception cref="StoreException">Nothing was sent.</exception>
    Task<WriteResult[]> WriteAsync(IReadOnlyList<SessionUpdate> updates);
}

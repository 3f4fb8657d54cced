namespace Carousel.Control.Store.Records;

/// <summary>Counters of writes to the store. One thread writes, any thread reads.</summary>
public sealed class StoreCounters
{
    private long _written, _failed, _retried, _refused, _batches;

    /// <summary>Session updates written.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Writes of updates that failed. Such updates are kept and retried, not lost.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Retried writes of unsaved updates.</summary>
    public long Retried => Volatile.Read(ref _retried);

    /// <summary>Updates that the store rejects for a reason of their own, such as a key of another type. They are lost.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Batches sent.</summary>
    public long Batches => Volatile.Read(ref _batches);

    internal void CountBatch(int retried) => (_batches, _retried) = (_batches + 1, _retried + retried);

    internal void CountWritten() => _written++;

    internal void CountFailed() => _failed++;

    internal void CountRefused() => _refused++;
}

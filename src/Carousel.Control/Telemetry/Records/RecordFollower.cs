using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>Reads the records of all workers, from its creation on. One thread at a time.</summary>
/// <param name="rings">One per worker.</param>
internal sealed class RecordFollower(IReadOnlyList<RecordRing> rings)
{
    private readonly RecordCursor[] _cursors = [.. rings.Select(ring => ring.Newest)];
    private long _lostTaken;
    private int _at;

    /// <summary>Ring size for a reader that polls 20 times a second: a tenth of a second at a worker's peak rate.</summary>
    public const int RingBytes = 8 << 20;

    /// <summary>The last record read.</summary>
    public RecordCopy Copy { get; } = new();

    /// <summary>The index of its worker.</summary>
    public int Worker => _at;

    /// <summary>Reads the next record into <see cref="Copy"/>; false if there is none.</summary>
    public bool TryRead()
    {
        for (int tried = 0; tried < rings.Count; tried++)
        {
            if (rings[_at].TryRead(ref _cursors[_at], Copy))
            {
                return true;
            }
            _at = (_at + 1) % rings.Count;
        }
        return false;
    }

    /// <summary>Number of records overwritten before they were read, since the last call.</summary>
    public long TakeLost()
    {
        long lost = _cursors.Sum(cursor => cursor.Lost);
        long since = lost - _lostTaken;
        _lostTaken = lost;
        return since;
    }
}

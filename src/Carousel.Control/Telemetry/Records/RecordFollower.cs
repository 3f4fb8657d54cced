using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>Reads the records of all workers as they come, from its making on. One thread at a time.</summary>
/// <param name="rings">One for each worker.</param>
internal sealed class RecordFollower(IReadOnlyList<RecordRing> rings)
{
    private readonly RecordCursor[] _cursors = [.. rings.Select(ring => ring.Newest)];
    private long _lostTaken;
    private int _at;

    /// <summary>How many bytes of records a ring needs for somebody who looks 20 times a second: a tenth of a second of a worker's utmost.</summary>
    public const int RingBytes = 8 << 20;

    /// <summary>The last record that was read.</summary>
    public RecordCopy Copy { get; } = new();

    /// <summary>Whose it is: the worker's index.</summary>
    public int Worker => _at;

    /// <summary>Reads the next record into <see cref="Copy"/>; false if there is none now.</summary>
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

    /// <summary>How many were written over before they could be read, since the last call.</summary>
    public long TakeLost()
    {
        long lost = _cursors.Sum(cursor => cursor.Lost);
        long since = lost - _lostTaken;
        _lostTaken = lost;
        return since;
    }
}

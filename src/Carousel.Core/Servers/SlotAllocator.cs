namespace Carousel.Core.Servers;

/// <summary>
/// The slots of all servers of the process: a slot belongs to one server of one pool at a time, so that no array indexed by slot can confuse two servers. The
/// lowest free slot is taken first, which keeps such arrays short. Any thread.
/// </summary>
public sealed class SlotAllocator
{
    private readonly Lock _gate = new();
    private readonly SortedSet<int> _free = [];
    private int _next;

    /// <summary>Takes a slot. It is not given to another server before <see cref="Free"/>.</summary>
    public int Take()
    {
        lock (_gate)
        {
            if (_free.Count == 0)
            {
                return _next++;
            }
            int lowest = _free.Min;
            _free.Remove(lowest);
            return lowest;
        }
    }

    /// <summary>The server of this slot was removed from its pool.</summary>
    public void Free(int slot)
    {
        lock (_gate)
        {
            if (slot >= _next || !_free.Add(slot))
            {
                throw new ArgumentException($"slot {slot} is free already", nameof(slot));
            }
        }
    }
}

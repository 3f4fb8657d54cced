using System.Numerics;

namespace Carousel.Engine.Reactor;

/// <summary>
/// A hashed timing wheel (Varghese and Lauck, 1987, scheme 6): arming, moving and disarming cost O(1). Used on its worker's thread only.
/// Deadlines fire at their time or up to one wheel tick later. Deadlines beyond the horizon are filed at the horizon and filed again there.
/// </summary>
internal sealed class TimingWheel
{
    /// <summary>A finer resolution than that of the coarse clock has no benefit.</summary>
    public const int TickMs = 8;

    /// <summary>A horizon of 32 s: most deadlines are filed once.</summary>
    private const int Slots = 4096;
    private const int WordBits = 64;

    private readonly Deadline?[] _heads = new Deadline?[Slots];
    private readonly ulong[] _occupied = new ulong[Slots / WordBits];
    private long _tick;

    public TimingWheel(long nowMs) => _tick = nowMs / TickMs;

    /// <summary>Sets a deadline to this time, replacing its previous one.</summary>
    public void Arm(Deadline deadline, long atMs)
    {
        deadline.At = atMs;
        if (deadline.Slot == Deadline.NotFiled)
        {
            File(deadline);
        }
        else if (atMs < deadline.FiledFor)
        {
            Unfile(deadline);
            File(deadline);
        }
    }

    /// <summary>Disarms a deadline and removes it from its slot: for owners that are about to be discarded.</summary>
    public void Remove(Deadline deadline)
    {
        deadline.Disarm();
        if (deadline.Slot != Deadline.NotFiled)
        {
            Unfile(deadline);
        }
    }

    /// <summary>Notifies the owners of all deadlines up to now.</summary>
    public void Advance(long nowMs)
    {
        long now = nowMs / TickMs;
        // One round visits every slot, so more rounds after a long sleep are unnecessary.
        for (long tick = Math.Max(_tick + 1, now - Slots + 1); tick <= now; tick++)
        {
            int slot = (int)(tick % Slots);
            if ((_occupied[slot / WordBits] & 1UL << slot) != 0)
            {
                _tick = tick;
                Expire(slot, nowMs);
            }
        }
        _tick = Math.Max(_tick, now);
    }

    /// <summary>Returns the milliseconds until the next used slot; -1 if all are empty.</summary>
    public int MillisecondsToNext(long nowMs)
    {
        int start = (int)((_tick + 1) % Slots);
        for (int i = 0; i <= _occupied.Length; i++)
        {
            int word = (start / WordBits + i) % _occupied.Length;
            ulong bits = _occupied[word];
            if (i == 0)
            {
                bits &= ulong.MaxValue << start;
            }
            if (bits != 0)
            {
                int slot = word * WordBits + BitOperations.TrailingZeroCount(bits);
                long ticks = (slot - start + Slots) % Slots + 1;
                return (int)Math.Max(0, (_tick + ticks) * TickMs - nowMs);
            }
        }
        return -1;
    }

    private void Expire(int slot, long nowMs)
    {
        // Owners may file and remove other deadlines, also of this slot, so the head is taken until there is none. New deadlines go to
        // later slots.
        while (_heads[slot] is { } deadline)
        {
            Unfile(deadline);
            if (deadline.At <= nowMs)
            {
                deadline.Disarm();
                deadline.Owner.OnDeadline(deadline);
            }
            else if (deadline.IsArmed)
            {
                File(deadline);
            }
        }
    }

    private void File(Deadline deadline)
    {
        // Rounded up, so that a deadline never fires early; at least the next tick, at most one round ahead.
        long tick = Math.Clamp((deadline.At + TickMs - 1) / TickMs, _tick + 1, _tick + Slots - 1);
        int slot = (int)(tick % Slots);
        deadline.Slot = slot;
        deadline.FiledFor = tick * TickMs;
        deadline.Previous = null;
        deadline.Next = _heads[slot];
        if (deadline.Next is { } next)
        {
            next.Previous = deadline;
        }
        _heads[slot] = deadline;
        _occupied[slot / WordBits] |= 1UL << slot;
    }

    private void Unfile(Deadline deadline)
    {
        int slot = deadline.Slot;
        if (deadline.Previous is { } previous)
        {
            previous.Next = deadline.Next;
        }
        else
        {
            _heads[slot] = deadline.Next;
            if (deadline.Next is null)
            {
                _occupied[slot / WordBits] &= ~(1UL << slot);
            }
        }
        if (deadline.Next is { } next)
        {
            next.Previous = deadline.Previous;
        }
        deadline.Previous = deadline.Next = null;
        deadline.Slot = Deadline.NotFiled;
    }
}

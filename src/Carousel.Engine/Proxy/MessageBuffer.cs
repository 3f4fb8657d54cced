using System.Runtime.CompilerServices;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>
/// The buffer of one direction, in three parts: <c>[Start, Framed)</c> may be sent; <c>[Framed, End)</c> is received but not yet framed, or belongs to the
/// next message; <c>[End, Size)</c> is free. Heads are received at <see cref="Headroom"/>, so that an encoded head, which may be longer, still ends where
/// its body begins: head and body are sent in one call, and no body byte is moved.
/// </summary>
internal unsafe struct MessageBuffer
{
    /// <summary>More than edits and encoders add to a head.</summary>
    public const int Headroom = 1088;

    /// <summary>Kept free at the end: space for the framing that <see cref="BodyFraming"/> may add around received bytes.</summary>
    public const int Tailroom = 32;

    private const int NotHeld = -1;

    public byte* Base { get; private set; }
    public int Start;
    public int Framed;
    public int End;
    private int _limit;

    /// <summary>Where the body starts whose sent bytes are kept, and the head in front of it.</summary>
    private int _heldFrom, _headFrom;

    /// <summary>Bytes that an empty buffer of this slab holds.</summary>
    public static int Capacity(BufferSlab slab) => slab.Size - Headroom - Tailroom;

    public readonly bool IsAcquired => Base != null;

    /// <summary>Bytes that may be sent.</summary>
    public readonly int Pending => Framed - Start;

    /// <summary>Bytes received and not yet framed.</summary>
    public readonly int Unframed => End - Framed;

    /// <summary>Bytes that may be received.</summary>
    public readonly int Free => _limit - End;

    public readonly Span<byte> UnframedBytes => new(Base + Framed, Unframed);

    /// <summary>Takes a buffer from the slab unless it has one.</summary>
    public void Acquire(BufferSlab slab)
    {
        if (Base == null)
        {
            Begin(slab.Take(), slab.Size);
        }
    }

    /// <summary>Takes a large buffer; there must be none. For bytes that are already received and must be stored.</summary>
    public void AcquireLarge(BufferSlab slab) => Begin(slab.TakeLarge(), slab.LargeSize);

    /// <summary>True while everything sent since <see cref="Hold"/> is still buffered and can be sent again.</summary>
    public readonly bool IsHeld => Base != null && _heldFrom != NotHeld;

    /// <summary>True if nothing was sent since <see cref="Hold"/>.</summary>
    public readonly bool IsUnsent => IsHeld && Start == _headFrom;

    /// <summary>Keeps what is sent from here on, as long as there is room.</summary>
    public void Hold() => _heldFrom = _headFrom = Start;

    /// <summary>What was sent need not be kept any more.</summary>
    public void LetGo() => _heldFrom = NotHeld;

    /// <summary>Makes everything since <see cref="Hold"/> pending again, without the head.</summary>
    public void Rewind() => Start = _headFrom = _heldFrom;

    /// <summary>Makes room to receive, if everything framed is sent. Drops what is held if there is no other room.</summary>
    public void MakeRoom()
    {
        if (Pending == 0 && (!IsHeld || Free <= 0))
        {
            Compact();
        }
    }

    /// <summary>Releases the buffer and its content. Inlined: mostly there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(BufferSlab slab)
    {
        if (Base != null)
        {
            Give(slab);
        }
    }

    private void Give(BufferSlab slab)
    {
        if (_limit > slab.Size)
        {
            slab.GiveLarge(Base);
        }
        else
        {
            slab.Give(Base);
        }
        Base = null;
        Start = Framed = End = 0;
    }

    private void Begin(byte* at, int size)
    {
        Base = at;
        _limit = size - Tailroom;
        _heldFrom = NotHeld;
        Start = Framed = End = Headroom;
    }

    /// <summary>Moves unframed bytes to where a head is expected. Nothing may be pending; what is held is lost.</summary>
    public void Compact()
    {
        LetGo();
        int left = Unframed;
        if (left > 0 && Framed != Headroom)
        {
            Buffer.MemoryCopy(Base + Framed, Base + Headroom, left, left);
        }
        Start = Framed = Headroom;
        End = Headroom + left;
    }

    /// <summary>Of the first unframed bytes, keeps only some: what follows them moves up.</summary>
    /// <param name="count">The number of bytes.</param>
    /// <param name="kept">How many are kept, from the first.</param>
    public void Shorten(int count, int kept)
    {
        if (kept != count)
        {
            int rest = Unframed - count;
            Buffer.MemoryCopy(Base + Framed + count, Base + Framed + kept, rest, rest);
            End -= count - kept;
        }
    }

    /// <summary>Drops a received head, of which there is a copy. Nothing may be pending.</summary>
    public void DropHead(int length) => Start = Framed += length;

    /// <summary>The room in front of what is pending, which a head is written to the end of.</summary>
    public readonly Span<byte> HeadRoom => new(Base, Start);

    /// <summary>A head of this length was written to the end of <see cref="HeadRoom"/>: it is pending too.</summary>
    public void AddHead(int length) => _headFrom = Start -= length;

    /// <summary>Takes an empty buffer with room for a head that was received in another: it grows by <see cref="Headroom"/> at most.</summary>
    /// <param name="slab">Where the buffer comes from.</param>
    /// <param name="received">The head's length as received.</param>
    public void AcquireForHead(BufferSlab slab, int received)
    {
        Acquire(slab);
        Start = Framed = End = Headroom + received;
        Hold();
    }
}

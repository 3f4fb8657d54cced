using System.Runtime.CompilerServices;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>
/// The buffer of one direction, in three parts: <c>[Start, Framed)</c> may be sent; <c>[Framed, End)</c> is received but not yet framed, or belongs to the
/// next message; <c>[End, Size)</c> is free. Heads are received at <see cref="Headroom"/>, so that a rewritten head, which may be longer, still ends where
/// its body begins: head and body are sent in one call, and no body byte is moved.
/// </summary>
internal unsafe struct MessageBuffer
{
    /// <summary>More than the rewriters add (<see cref="Http.RequestRewriter.MaxGrowth"/>).</summary>
    public const int Headroom = 1088;

    /// <summary>Kept free at the end: space for the framing that <see cref="BodyFraming"/> may add around received bytes.</summary>
    public const int Tailroom = 32;

    private const int NotHeld = -1;

    public byte* Base { get; private set; }
    public int Start;
    public int Framed;
    public int End;
    private int _limit;
    private int _heldFrom;

    /// <summary>Bytes that an empty buffer of this slab holds.</summary>
    public static int Capacity(BufferSlab slab) => slab.Size - Headroom - Tailroom;

    public readonly bool IsAcquired => Base != null;

    /// <summary>Bytes that may be sent.</summary>
    public readonly int Pending => Framed - Start;

    /// <summary>Bytes received and not yet framed.</summary>
    public readonly int Unframed => End - Framed;

    /// <summary>Bytes that may be received.</summary>
    public readonly int Free => _limit - End;

    public readonly ReadOnlySpan<byte> UnframedBytes => new(Base + Framed, Unframed);

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
    public readonly bool IsUnsent => IsHeld && Start == _heldFrom;

    /// <summary>Keeps what is sent from here on, as long as there is room.</summary>
    public void Hold() => _heldFrom = Start;

    /// <summary>What was sent need not be kept any more.</summary>
    public void LetGo() => _heldFrom = NotHeld;

    /// <summary>Makes everything since <see cref="Hold"/> pending again.</summary>
    public void Rewind() => Start = _heldFrom;

    /// <summary>Makes room to receive, if everything framed is sent. Drops what is held if there is no other room.</summary>
    public void MakeRoom()
    {
        if (Pending == 0 && (!IsHeld || Free <= 0))
        {
            Compact();
        }
    }

    /// <summary>Adds a line to the pending head that ends at <paramref name="headEnd"/>. Nothing may have been sent since <see cref="Hold"/>.</summary>
    public void AppendToHead(int headEnd, ReadOnlySpan<byte> line)
    {
        // The head moves into the headroom; the bytes after it stay.
        int emptyLine = headEnd - 2;
        byte* moved = Base + Start - line.Length;
        Buffer.MemoryCopy(Base + Start, moved, emptyLine - Start, emptyLine - Start);
        line.CopyTo(new Span<byte>(Base + emptyLine - line.Length, line.Length));
        Start -= line.Length;
        _heldFrom = Start;
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

    /// <summary>
    /// Replaces the head at <see cref="Framed"/>, <paramref name="oldLength"/> long, by its rewritten form, which becomes pending. The bytes after it are not
    /// moved.
    /// </summary>
    public void ReplaceHead(int oldLength, ReadOnlySpan<byte> rewritten)
    {
        Framed += oldLength;
        Start = Framed - rewritten.Length;
        rewritten.CopyTo(new Span<byte>(Base + Start, rewritten.Length));
    }
}

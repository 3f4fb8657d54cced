using Carousel.Engine.Linux;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>The outcome of a relay step.</summary>
internal enum RelayResult : byte
{
    /// <summary>Nothing moved: waits for the source or the sink.</summary>
    Blocked,
    /// <summary>Something moved; now it waits.</summary>
    Moved,
    /// <summary>More could move, but the per-tick limit is reached.</summary>
    Yielded,
    /// <summary>Everything up to the body's end has been sent.</summary>
    Ended,
    /// <summary>The source closed, failed or was truncated before the body's end.</summary>
    SourceCut,
    /// <summary>The sink takes no more.</summary>
    SinkCut,
    /// <summary>The source's framing is malformed.</summary>
    Malformed,
}

/// <summary>
/// One direction of an exchange: moves a body from one stream to the other through one buffer, or through the worker's pipe. It receives only after
/// everything received was sent, so a slow sink slows its source and memory is bounded.
/// </summary>
internal unsafe struct BodyRelay
{
    /// <summary>Rounds of receiving and sending per tick: half a megabyte through a buffer of 32 KB.</summary>
    private const int MaxRoundsPerTick = 16;

    /// <summary>1/N of a sink's room is reserved for the kernel's overhead per queued packet: 2 % measured, 5 % for partial packets.</summary>
    private const int QueueOverhead = 16;

    private const int PageSize = 4096;

    public MessageBuffer Buffer;
    public BodyFraming Framing;

    /// <summary>Bytes that the sink is known to have room for, since it was last queried.</summary>
    private int _room;

    /// <summary>Splicing of this body has begun.</summary>
    private bool _splices;

    /// <summary>True if framed bytes have not been sent.</summary>
    public readonly bool HasPending => Buffer.Pending > 0;

    public RelayResult Run(ByteStream source, ByteStream sink, Worker worker)
    {
        bool moved = false;
        for (int round = 0; round < MaxRoundsPerTick; round++)
        {
            if (Buffer.Unframed > 0 && !Framing.Ended && !Framing.Take(ref Buffer, worker.Trailers))
            {
                return RelayResult.Malformed;
            }
            int before = Buffer.Start;
            RelayResult sent = SendPending(sink);
            moved |= Buffer.Start != before;
            if (sent != RelayResult.Moved)
            {
                return sent == RelayResult.Blocked && moved ? RelayResult.Moved : sent;
            }
            if (Framing.Ended)
            {
                _room = 0;
                _splices = false;
                return RelayResult.Ended;
            }
            RelayResult received = MaySplice(source, sink, worker) && worker.Pipe.Get(worker.Loop.Now) is { } pipe
                ? Splice(source, sink, worker, pipe)
                : Receive(source, worker);
            if (received != RelayResult.Moved)
            {
                return received == RelayResult.Blocked && moved ? RelayResult.Moved : received;
            }
            moved = true;
        }
        return RelayResult.Yielded;
    }

    /// <summary>Releases the buffer and its content.</summary>
    public void Release(Worker worker)
    {
        Buffer.Release(worker.Slab);
        _room = 0;
        _splices = false;
    }

    /// <summary>Moved: nothing is pending. Blocked: the sink is full.</summary>
    public RelayResult SendPending(ByteStream sink)
    {
        while (Buffer.Pending > 0)
        {
            if (!sink.Writable)
            {
                return RelayResult.Blocked;
            }
            int sent = sink.Send(Buffer.Base + Buffer.Start, Buffer.Pending);
            if (sent < 0)
            {
                return sent == ByteStream.Blocked ? RelayResult.Blocked : RelayResult.SinkCut;
            }
            Buffer.Start += sent;
        }
        return RelayResult.Moved;
    }

    private RelayResult Receive(ByteStream source, Worker worker)
    {
        if (!source.Readable)
        {
            ReleaseIfEmpty(worker);
            return RelayResult.Blocked;
        }
        Buffer.Acquire(worker.Slab);
        Buffer.MakeRoom();
        int received = source.Receive(Buffer.Base + Buffer.End, Buffer.Free);
        if (received > 0)
        {
            Buffer.End += received;
            return RelayResult.Moved;
        }
        if (received == ByteStream.Blocked)
        {
            ReleaseIfEmpty(worker);
            return RelayResult.Blocked;
        }
        // A truncated end is never the body's end, even if the body has no other.
        return received == ByteStream.Ended && Framing.TakeEnd(ref Buffer) ? RelayResult.Moved : RelayResult.SourceCut;
    }

    /// <summary>A relay that waits for its source holds no buffer, unless its content may be needed for a retry.</summary>
    private void ReleaseIfEmpty(Worker worker)
    {
        if (Buffer.Pending == 0 && Buffer.Unframed == 0 && !Buffer.IsHeld)
        {
            Buffer.Release(worker.Slab);
        }
    }

    /// <summary>
    /// Splices only what is worth it, and no more than the sink has room for: so the pipe is empty again when the sink is full, and a full sink holds no
    /// pipe. The room is queried again only when it is used up, once in some hundred kilobytes.
    /// </summary>
    private bool MaySplice(ByteStream source, ByteStream sink, Worker worker)
    {
        if (!Framing.IsPlainLength || Framing.Left < (_splices ? worker.SpliceLeast : worker.SpliceFrom) || Buffer.Unframed > 0
            || !source.CanSplice || !sink.CanSplice)
        {
            return false;
        }
        if (_room < worker.SpliceLeast)
        {
            int room = sink.Writable ? sink.SendRoom() : 0;
            _room = room - room / QueueOverhead;
        }
        return _room >= worker.SpliceLeast;
    }

    /// <summary>One move from socket to pipe to socket. Nothing may be pending before; afterwards, what the sink did not take is pending.</summary>
    private RelayResult Splice(ByteStream source, ByteStream sink, Worker worker, Pipe pipe)
    {
        if (!source.Readable)
        {
            ReleaseIfEmpty(worker);
            return RelayResult.Blocked;
        }
        Buffer.Release(worker.Slab);
        int most = worker.IsCareful ? MessageBuffer.Capacity(worker.Slab) & ~(PageSize - 1) : pipe.Size;
        int got = source.SpliceInto(pipe, (int)Math.Min(Framing.Left, Math.Min(_room, most)));
        if (got <= 0)
        {
            return got == ByteStream.Blocked ? RelayResult.Blocked : RelayResult.SourceCut;
        }
        _splices = true;
        Framing.Skip(got);
        int sent = sink.SpliceFrom(pipe, got);
        if (sent == got)
        {
            _room -= got;
            return RelayResult.Moved;
        }
        _room = 0;
        if (sent == ByteStream.Cut)
        {
            worker.Pipe.Dispose();
            return RelayResult.SinkCut;
        }
        TakeOut(pipe, got - Math.Max(0, sent), worker);
        return RelayResult.Moved;
    }

    /// <summary>
    /// Moves what the sink did not take into the buffer. Given the room queried, that is a few KB. If it is more, the kernel's figure is not reliable at
    /// present: this time a large buffer takes it, and until further notice no more is spliced at a time than fits into a small one, so that the number of
    /// large buffers stays low.
    /// </summary>
    private void TakeOut(Pipe pipe, int count, Worker worker)
    {
        if (count <= MessageBuffer.Capacity(worker.Slab))
        {
            Buffer.Acquire(worker.Slab);
        }
        else
        {
            Buffer.AcquireLarge(worker.Slab);
            worker.Pipe.BeCareful(worker.Loop.Now);
        }
        while (count > 0)
        {
            int read = pipe.Read(Buffer.Base + Buffer.End, count);
            Buffer.End += read;
            count -= read;
        }
        Buffer.Framed = Buffer.End;
    }
}

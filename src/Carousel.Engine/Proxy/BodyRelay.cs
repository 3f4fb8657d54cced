using Carousel.Engine.Linux;

namespace Carousel.Engine.Proxy;

/// <summary>How far a flow came.</summary>
internal enum RelayResult : byte
{
    /// <summary>Nothing moved: it waits for the source or the sink.</summary>
    Blocked,
    /// <summary>Something moved, and now it waits.</summary>
    Moved,
    /// <summary>More could move, but others are to have their turn.</summary>
    Yielded,
    /// <summary>Everything up to the body's end has been sent.</summary>
    Ended,
    /// <summary>The source ended or failed before the body's end.</summary>
    SourceCut,
    /// <summary>The sink takes no more.</summary>
    SinkCut,
    /// <summary>The source's framing is malformed.</summary>
    Malformed,
}

/// <summary>
/// One direction of an exchange: moves a body from one connection to the other through one buffer, or past it through the worker's pipe.
/// It receives only when what it had is sent, so a slow sink slows its source and memory stays bounded.
/// </summary>
internal unsafe struct BodyRelay
{
    /// <summary>Rounds of receiving and sending before others have their turn: half a megabyte through a buffer of 32 KB.</summary>
    private const int MaxRoundsPerTick = 16;

    /// <summary>One part in so many of a sink's room goes for the kernel's own account of what it queues: 2 % measured, 5 % for parts of a network's packets.</summary>
    private const int QueueOverhead = 16;

    private const int PageSize = 4096;

    public MessageBuffer Buffer;
    public BodyFraming Framing;

    /// <summary>Bytes that the sink is known to take, since it was asked and as fast as it may be.</summary>
    private int _room;

    /// <summary>This body has begun to be spliced.</summary>
    private bool _splices;

    /// <summary>True if something was received that has not been sent.</summary>
    public readonly bool HasPending => Buffer.Pending > 0;

    public RelayResult Run(Connection source, Connection sink, Worker worker)
    {
        bool moved = false;
        for (int round = 0; round < MaxRoundsPerTick; round++)
        {
            if (Buffer.Unframed > 0 && !Framing.Ended && !Framing.Take(ref Buffer))
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
            RelayResult received = MaySplice(sink, worker) && worker.Pipe.Get(worker.Loop.Now) is { } pipe
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

    /// <summary>Gives back the buffer, with whatever it holds.</summary>
    public void Release(Worker worker)
    {
        Buffer.Release(worker.Slab);
        _room = 0;
        _splices = false;
    }

    /// <summary>Moved: nothing is pending any more (or was). Blocked: the sink is full.</summary>
    public RelayResult SendPending(Connection sink)
    {
        if (Buffer.Pending == 0)
        {
            return RelayResult.Moved;
        }
        if (!sink.Writable)
        {
            return RelayResult.Blocked;
        }
        int sent = sink.Send(Buffer.Base + Buffer.Start, Buffer.Pending);
        if (sent < 0)
        {
            return sent == -Errno.EAGAIN ? RelayResult.Blocked : RelayResult.SinkCut;
        }
        Buffer.Start += sent;
        return Buffer.Pending == 0 ? RelayResult.Moved : RelayResult.Blocked;
    }

    private RelayResult Receive(Connection source, Worker worker)
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
        if (received == 0)
        {
            return Framing.TakeEnd(ref Buffer) ? RelayResult.Moved : RelayResult.SourceCut;
        }
        if (received != -Errno.EAGAIN)
        {
            return RelayResult.SourceCut;
        }
        ReleaseIfEmpty(worker);
        return RelayResult.Blocked;
    }

    /// <summary>A flow that waits for its source holds no buffer, unless what was sent may have to be sent again.</summary>
    private void ReleaseIfEmpty(Worker worker)
    {
        if (Buffer.Pending == 0 && Buffer.Unframed == 0 && !Buffer.IsHeld)
        {
            Buffer.Release(worker.Slab);
        }
    }

    /// <summary>
    /// Past the buffer goes what is worth it, and only as much as the sink has room for: so the pipe is empty again when the sink is full, and a sink that takes
    /// nothing more holds none. It is asked for its room again when that is used up: once in some hundred kilobytes.
    /// </summary>
    private bool MaySplice(Connection sink, Worker worker)
    {
        if (!Framing.IsPlainLength || Framing.Left < (_splices ? worker.SpliceLeast : worker.SpliceFrom) || Buffer.Unframed > 0)
        {
            return false;
        }
        if (_room < worker.SpliceLeast)
        {
            int room = sink.SendRoom();
            _room = room - room / QueueOverhead;
        }
        return _room >= worker.SpliceLeast;
    }

    /// <summary>One move from socket to pipe to socket. Nothing is pending before; after it, what the sink did not take is.</summary>
    private RelayResult Splice(Connection source, Connection sink, Worker worker, Pipe pipe)
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
            return got == -Errno.EAGAIN ? RelayResult.Blocked : RelayResult.SourceCut;
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
        if (sent < 0 && sent != -Errno.EAGAIN)
        {
            worker.Pipe.Dispose();
            return RelayResult.SinkCut;
        }
        TakeOut(pipe, got - Math.Max(0, sent), worker);
        return RelayResult.Moved;
    }

    /// <summary>
    /// What the sink did not take goes into the buffer. By what its room was, that is a few KB. If it is more, the kernel's word is not good now: this once a large
    /// buffer takes it, and until further notice no more is moved than fits into the small ones, so that there are never many of the large.
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

using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>How far a flow came.</summary>
internal enum FlowResult : byte
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
/// One direction of an exchange: moves a body from one connection to the other through one buffer, or past it through a pipe. It receives only when
/// what it had is sent, so a slow sink slows its source and memory stays bounded.
/// </summary>
internal unsafe struct Flow
{
    /// <summary>Rounds of receiving and sending before others have their turn: half a megabyte through a buffer of 32 KB.</summary>
    private const int MaxRoundsATurn = 16;

    public FlowBuffer Buffer;
    public BodyFraming Framing;
    private Pipe? _pipe;
    private int _inPipe;

    /// <summary>The kernel granted no pipe for this body.</summary>
    private bool _copyOnly;

    /// <summary>True if something was received that has not been sent.</summary>
    public readonly bool HasPending => Buffer.Pending > 0 || _inPipe > 0;

    public FlowResult Run(Connection source, Connection sink, Worker worker)
    {
        bool moved = false;
        for (int round = 0; round < MaxRoundsATurn; round++)
        {
            if (Buffer.Unframed > 0 && !Framing.Ended && !Framing.Take(ref Buffer))
            {
                return FlowResult.Malformed;
            }
            int before = Buffer.Start;
            FlowResult sent = SendPending(sink);
            moved |= Buffer.Start != before;
            if (sent != FlowResult.Moved)
            {
                return sent == FlowResult.Blocked && moved ? FlowResult.Moved : sent;
            }
            if (Framing.Ended && _inPipe == 0)
            {
                return FlowResult.Ended;
            }
            if (MaySplice(worker))
            {
                return RunSpliced(source, sink, worker, moved);
            }
            FlowResult received = Receive(source, worker);
            if (received != FlowResult.Moved)
            {
                return received == FlowResult.Blocked && moved ? FlowResult.Moved : received;
            }
            moved = true;
        }
        return FlowResult.Yielded;
    }

    /// <summary>Gives back the buffer and the pipe, with whatever they hold.</summary>
    public void Release(Worker worker)
    {
        Buffer.Release(worker.Slab);
        ReleasePipe(worker);
        _copyOnly = false;
    }

    /// <summary>Moved: nothing is pending any more (or was). Blocked: the sink is full.</summary>
    public FlowResult SendPending(Connection sink)
    {
        if (Buffer.Pending == 0)
        {
            return FlowResult.Moved;
        }
        if (!sink.Writable)
        {
            return FlowResult.Blocked;
        }
        int sent = sink.Send(Buffer.Base + Buffer.Start, Buffer.Pending);
        if (sent < 0)
        {
            return sent == -Errno.EAGAIN ? FlowResult.Blocked : FlowResult.SinkCut;
        }
        Buffer.Start += sent;
        return Buffer.Pending == 0 ? FlowResult.Moved : FlowResult.Blocked;
    }

    private FlowResult Receive(Connection source, Worker worker)
    {
        if (!source.Readable)
        {
            ReleaseIfEmpty(worker);
            return FlowResult.Blocked;
        }
        Buffer.Acquire(worker.Slab);
        Buffer.MakeRoom();
        int received = source.Receive(Buffer.Base + Buffer.End, Buffer.Free);
        if (received > 0)
        {
            Buffer.End += received;
            return FlowResult.Moved;
        }
        if (received == 0)
        {
            return Framing.TakeEnd(ref Buffer) ? FlowResult.Moved : FlowResult.SourceCut;
        }
        if (received != -Errno.EAGAIN)
        {
            return FlowResult.SourceCut;
        }
        ReleaseIfEmpty(worker);
        return FlowResult.Blocked;
    }

    /// <summary>A flow that waits for its source holds no buffer, unless what was sent may have to be sent again.</summary>
    private void ReleaseIfEmpty(Worker worker)
    {
        if (Buffer.Pending == 0 && Buffer.Unframed == 0 && !Buffer.IsHeld)
        {
            Buffer.Release(worker.Slab);
        }
    }

    private readonly bool MaySplice(Worker worker) =>
        _pipe is not null || (Framing.IsPlainLength && Framing.Left >= worker.SpliceFrom && Buffer.Unframed == 0 && !_copyOnly);

    private FlowResult RunSpliced(Connection source, Connection sink, Worker worker, bool moved)
    {
        _pipe ??= worker.Pipes.Take();
        if (_pipe is null)
        {
            _copyOnly = true;
            return FlowResult.Yielded;
        }
        Buffer.Release(worker.Slab);
        for (int round = 0; round < MaxRoundsATurn; round++)
        {
            if (_inPipe == 0)
            {
                int got = source.Readable ? source.SpliceInto(_pipe, (int)Math.Min(Framing.Left, PipePool.PipeSize)) : -Errno.EAGAIN;
                if (got <= 0)
                {
                    ReleasePipe(worker);
                    return got != -Errno.EAGAIN ? FlowResult.SourceCut : moved ? FlowResult.Moved : FlowResult.Blocked;
                }
                _inPipe = got;
                Framing.Skip(got);
            }
            int sent = sink.Writable ? sink.SpliceFrom(_pipe, _inPipe) : -Errno.EAGAIN;
            if (sent < 0)
            {
                return sent != -Errno.EAGAIN ? FlowResult.SinkCut : moved ? FlowResult.Moved : FlowResult.Blocked;
            }
            _inPipe -= sent;
            moved = true;
            if (_inPipe == 0 && Framing.Ended)
            {
                ReleasePipe(worker);
                return FlowResult.Ended;
            }
        }
        return FlowResult.Yielded;
    }

    private void ReleasePipe(Worker worker)
    {
        if (_pipe is { } pipe)
        {
            worker.Pipes.Give(pipe, empty: _inPipe == 0);
            _pipe = null;
            _inPipe = 0;
        }
    }
}

using Carousel.Engine.Linux;

namespace Carousel.Tests.Proxy.Fakes;

/// <summary>The kernel's view of a connection: what the peer sent and the engine has not received, and what the engine sent. The test is the peer.</summary>
internal sealed class FakeSocket(int fd, SockAddr peer)
{
    private readonly Queue<byte> _inbound = new();
    private readonly List<byte> _outbound = [];
    private readonly Queue<byte[]?> _plan = new();
    private int _error;
    private bool _hasChanged;
    private Readiness _announced;

    public int Fd { get; } = fd;

    public SockAddr Peer { get; } = peer;

    /// <summary>All bytes that the engine has sent.</summary>
    public ReadOnlySpan<byte> Taken => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_outbound);

    public string TakenText => System.Text.Encoding.Latin1.GetString(Taken);

    /// <summary>Bytes that the engine has not received.</summary>
    public int Unreceived => _inbound.Count;

    /// <summary>Bytes that the kernel takes before it is full; the peer frees room by <see cref="Pump"/> or <see cref="MakeRoom"/>.</summary>
    public int Room { get; set; } = int.MaxValue;

    /// <summary>The room that the peer frees at a time; 0 for none.</summary>
    public int RoomAtATime { get; set; } = int.MaxValue;

    /// <summary>How much the kernel overstates the room.</summary>
    public int RoomOverstated { get; set; }

    public int RoomQueries { get; private set; }

    public bool IsConnected { get; set; } = true;

    /// <summary>The result of a connect in progress: an errno, 0 when it is connected.</summary>
    public int ConnectError { get; private set; }

    /// <summary>Nothing moves any more, and no event is reported.</summary>
    public bool IsStalled { get; set; }

    /// <summary>The peer reads no more, but what it sent may still be received.</summary>
    public bool RefusesBytes { get; set; }

    public bool PeerFinished { get; private set; }

    /// <summary>The engine sent its end (by shutdown or close).</summary>
    public bool EndSent { get; private set; }

    public bool IsClosed { get; private set; }

    public bool WasAborted { get; private set; }

    public bool WasReset { get; private set; }

    /// <summary>An event is due: something changed, or an event is announced. Set when something changes, reset when it is reported.</summary>
    public bool IsTouched
    {
        get => _hasChanged || _announced != Readiness.None;
        set
        {
            _hasChanged = value;
            _announced = value ? _announced : Readiness.None;
        }
    }

    /// <summary>The next event reports this; with the state only if something changes too.</summary>
    public void Announce(Readiness readiness) => _announced |= readiness;

    /// <summary>What the next event reports.</summary>
    public Readiness State
    {
        get
        {
            if (!IsConnected || IsStalled)
            {
                return Readiness.None;
            }
            Readiness state = _announced;
            if (!_hasChanged)
            {
                return state;
            }
            state |= _inbound.Count > 0 || PeerFinished || WasReset ? Readiness.Readable : 0;
            state |= Room > 0 || WasReset ? Readiness.Writable : 0;
            state |= PeerFinished || WasReset ? Readiness.PeerClosed : 0;
            state |= _error != 0 ? Readiness.Error : 0;
            state |= WasReset || (PeerFinished && EndSent) ? Readiness.HangUp : 0;
            return state;
        }
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            _inbound.Enqueue(value);
        }
        IsTouched = true;
    }

    public void Finish()
    {
        PeerFinished = true;
        IsTouched = true;
    }

    /// <summary>The peer resets the connection: what it sent before is lost.</summary>
    public void Reset(int error = Errno.ECONNRESET)
    {
        _inbound.Clear();
        WasReset = true;
        _error = error;
        IsTouched = true;
    }

    /// <summary>Completes a connect in progress.</summary>
    public void EndConnect(int error)
    {
        IsConnected = true;
        ConnectError = error;
        IsTouched = true;
        if (error != 0)
        {
            Reset(error);
        }
    }

    /// <summary>Schedules pieces to be sent, one per <see cref="Pump"/>; null for the end.</summary>
    public void Plan(params IEnumerable<byte[]?> pieces)
    {
        foreach (byte[]? piece in pieces)
        {
            _plan.Enqueue(piece);
        }
    }

    public void MakeRoom(int bytes)
    {
        bool wasFull = Room == 0;
        Room = bytes;
        IsTouched |= wasFull && bytes > 0;
    }

    /// <summary>A step of the peer: takes what was sent and sends the next piece. False if there was nothing to do.</summary>
    public bool Pump()
    {
        if (IsClosed || WasReset || IsStalled)
        {
            return false;
        }
        bool didSomething = false;
        if (Room < RoomAtATime && RoomAtATime != int.MaxValue)
        {
            MakeRoom(RoomAtATime);
            didSomething = true;
        }
        if (IsConnected && !PeerFinished && _plan.TryDequeue(out byte[]? piece))
        {
            if (piece is null)
            {
                Finish();
            }
            else
            {
                Send(piece);
            }
            didSomething = true;
        }
        return didSomething;
    }

    public int Receive(Span<byte> to, bool peek)
    {
        if (IsStalled || (!IsConnected && _error == 0))
        {
            return -Errno.EAGAIN;
        }
        if (_error != 0)
        {
            return TakeError();
        }
        int count = Math.Min(to.Length, _inbound.Count);
        if (count == 0)
        {
            return PeerFinished || WasReset ? 0 : -Errno.EAGAIN;
        }
        for (int i = 0; i < count; i++)
        {
            to[i] = peek ? _inbound.Peek() : _inbound.Dequeue();
        }
        return count;
    }

    public int QueryRoom()
    {
        RoomQueries++;
        return (int)Math.Min(int.MaxValue, (long)Room + RoomOverstated);
    }

    /// <summary>How many of <paramref name="count"/> bytes the kernel would take now, or a negated errno.</summary>
    public int Acceptable(int count)
    {
        if (IsStalled || !IsConnected)
        {
            return -Errno.EAGAIN;
        }
        if (_error != 0)
        {
            return TakeError();
        }
        if (WasReset || EndSent || RefusesBytes)
        {
            return -Errno.EPIPE;
        }
        return Room == 0 ? -Errno.EAGAIN : Math.Min(count, Room);
    }

    public int Take(ReadOnlySpan<byte> from)
    {
        int count = Acceptable(from.Length);
        if (count > 0)
        {
            Room = Room == int.MaxValue ? Room : Room - count;
            _outbound.AddRange(from[..count]);
        }
        return count;
    }

    public int TakeError()
    {
        int error = _error;
        _error = 0;
        return -error;
    }

    public void ShutdownSend()
    {
        EndSent = true;
        IsTouched |= PeerFinished;
    }

    public void Close(bool abort)
    {
        IsClosed = EndSent = true;
        WasAborted = abort;
    }
}

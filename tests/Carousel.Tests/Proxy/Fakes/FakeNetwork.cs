using Carousel.Engine.Linux;
using Carousel.Engine.Sockets;

namespace Carousel.Tests.Proxy.Fakes;

/// <summary>
/// In-memory connections that behave as the kernel's: the lowest free descriptor is allocated, a short count means that there is no more, a closed descriptor
/// must not be used (here that throws). Calls are counted, and the one that a test selects fails.
/// </summary>
internal sealed unsafe class FakeNetwork : Transport
{
    /// <summary>Above the real descriptors of the test process (the mailbox and pipes are real).</summary>
    private const int FirstFd = 3000;

    private readonly List<FakeSocket?> _open = [];
    private readonly Queue<SockAddr> _backlog = new();

    /// <summary>Maximum bytes per splice: less than a body, so that it takes several rounds.</summary>
    public int PipeRoom { get; set; } = 4096;

    public int ListenerFd { get; private set; } = -1;

    /// <summary>Every connection ever opened, in order; without the listener.</summary>
    public List<FakeSocket> All { get; } = [];

    /// <summary>The result of connecting to an address: 0 connected, -EINPROGRESS (the test completes it), or a negated errno.</summary>
    public Func<SockAddr, int> OnConnect { get; set; } = _ => 0;

    /// <summary>A connection to a server was begun.</summary>
    public Action<FakeSocket> Connected { get; set; } = _ => { };

    /// <summary>The engine sent bytes over this connection.</summary>
    public Action<FakeSocket> Sent { get; set; } = _ => { };

    public Action<int> Closing { get; set; } = _ => { };

    /// <summary>Creates the streams of connections.</summary>
    public Func<FakeNetwork, ByteStream> Streams { get; set; } = network => new FakeStream(network);

    public int AcceptError { get; set; }

    /// <summary>Accepts that found no connection.</summary>
    public int EmptyAccepts { get; private set; }

    /// <summary>Number of calls so far that can be made to fail.</summary>
    public int Calls { get; private set; }

    /// <summary>Number of the call to fail, from 1; 0 for none.</summary>
    public int FaultAt { get; set; }

    public Fault Fault { get; set; }

    /// <summary>The call that has failed, for assertion messages.</summary>
    public string? Failed { get; private set; }

    /// <summary>The connection whose call has failed.</summary>
    public FakeSocket? FailedSocket { get; private set; }

    public static bool IsFake(int fd) => fd >= FirstFd;

    public int OpenListener() => ListenerFd = Open(new SockAddr(), isListener: true).Fd;

    /// <summary>Adds a client connection that waits to be accepted.</summary>
    public void AddToBacklog(in SockAddr peer) => _backlog.Enqueue(peer);

    /// <summary>Opens a client connection that was already accepted.</summary>
    public FakeSocket OpenClient(in SockAddr peer) => Open(peer, isListener: false);

    public bool IsTouched(int fd) => At(fd).IsTouched;

    public void Touch(int fd)
    {
        if (IsFake(fd))
        {
            At(fd).IsTouched = true;
        }
    }

    public void Untouch(int fd)
    {
        if (IsFake(fd))
        {
            At(fd).IsTouched = false;
        }
    }

    /// <summary>The next event of this connection reports this, whatever its state.</summary>
    public void Announce(int fd, Readiness readiness) => At(fd).Announce(readiness);

    public Readiness StateOf(int fd) =>
        fd != ListenerFd ? At(fd).State : _backlog.Count > 0 || AcceptError != 0 ? Readiness.Readable : Readiness.None;

    public bool Pump()
    {
        bool didSomething = false;
        foreach (FakeSocket socket in All.ToArray())
        {
            didSomething |= socket.Pump();
        }
        return didSomething;
    }

    /// <summary>Counts a call; returns the fault if this is the call to fail.</summary>
    public Fault? TakeFault(int fd, string call)
    {
        if (++Calls != FaultAt)
        {
            return null;
        }
        FailedSocket = At(fd);
        Failed = $"{call} of connection {All.IndexOf(FailedSocket)} ({Fault})";
        return Fault;
    }

    public override ByteStream CreateStream() => Streams(this);

    public int Receive(int fd, byte* to, int count) =>
        Apply(fd, "receive") ?? At(fd).Receive(new Span<byte>(to, count), peek: false);

    public int Send(int fd, byte* from, int count)
    {
        int sent = Apply(fd, "send") ?? At(fd).Take(new ReadOnlySpan<byte>(from, count));
        if (sent > 0)
        {
            Sent(At(fd));
        }
        return sent;
    }

    public int Splice(int from, int to, int count)
    {
        byte[] bytes = new byte[count];
        fixed (byte* at = bytes)
        {
            if (IsFake(from))
            {
                int got = Apply(from, "splice from") ?? At(from).Receive(bytes.AsSpan(0, Math.Min(count, PipeRoom)), peek: false);
                return got > 0 ? (int)Libc.write(to, at, got) : got;
            }
            int room = Apply(to, "splice to") ?? At(to).Acceptable(count);
            if (room <= 0)
            {
                return room;
            }
            int sent = At(to).Take(bytes.AsSpan(0, (int)Libc.read(from, at, room)));
            Sent(At(to));
            return sent;
        }
    }

    public int SendRoom(int fd) => At(fd).QueryRoom();

    public int Peek(int fd)
    {
        byte one = 0;
        return Apply(fd, "peek") ?? At(fd).Receive(new Span<byte>(ref one), peek: true);
    }

    public override int Connect(in SockAddr to, out int fd)
    {
        FakeSocket socket = Open(to, isListener: false);
        fd = socket.Fd;
        int result = TakeFault(fd, "connect") switch
        {
            Fault.Reset => -Errno.ECONNREFUSED,
            Fault.End => -Errno.EMFILE,
            Fault.Stall => -Errno.EINPROGRESS,
            _ => OnConnect(to),
        };
        if (result < 0 && result != -Errno.EINPROGRESS)
        {
            Close(fd, abort: false);
            fd = -1;
            return result;
        }
        socket.IsConnected = result == 0;
        socket.IsStalled = ReferenceEquals(FailedSocket, socket);
        Connected(socket);
        return result;
    }

    public override int ConnectResult(int fd)
    {
        FakeSocket socket = At(fd);
        if (TakeFault(fd, "connect result") is not null)
        {
            return -Errno.ETIMEDOUT;
        }
        return socket.ConnectError == 0 ? 0 : socket.TakeError();
    }

    public override int Accept(int listener, out SockAddr peer)
    {
        if (AcceptError != 0)
        {
            peer = default;
            return -AcceptError;
        }
        if (!_backlog.TryDequeue(out peer))
        {
            EmptyAccepts++;
            return -Errno.EAGAIN;
        }
        return Open(peer, isListener: false).Fd;
    }

    public override SockAddr LocalAddress(int fd) => SockAddr.From(System.Net.IPAddress.Loopback, 7777);

    public void ShutdownSend(int fd) => At(fd).ShutdownSend();

    public void Close(int fd, bool abort)
    {
        At(fd).Close(abort);
        _open[fd - FirstFd] = null;
        Closing(fd);
    }

    private int? Apply(int fd, string call)
    {
        switch (TakeFault(fd, call))
        {
            case Fault.Reset:
                At(fd).Reset();
                return At(fd).TakeError();
            case Fault.End when call is "receive" or "peek" or "splice from":
                At(fd).Finish();
                return null;
            case Fault.End:
                At(fd).Reset(Errno.EPIPE);
                return At(fd).TakeError();
            case Fault.Stall:
                At(fd).IsStalled = true;
                return -Errno.EAGAIN;
            default:
                return null;
        }
    }

    private FakeSocket Open(in SockAddr peer, bool isListener)
    {
        int index = _open.IndexOf(null);
        if (index < 0)
        {
            index = _open.Count;
            _open.Add(null);
        }
        var socket = new FakeSocket(FirstFd + index, peer);
        _open[index] = socket;
        if (!isListener)
        {
            All.Add(socket);
        }
        return socket;
    }

    private FakeSocket At(int fd) => _open[fd - FirstFd] ?? throw new InvalidOperationException($"descriptor {fd} is closed");
}

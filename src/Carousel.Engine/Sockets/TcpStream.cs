using System.Runtime.InteropServices;
using Carousel.Engine.Linux;

namespace Carousel.Engine.Sockets;

/// <summary>Plain TCP: each call is one system call.</summary>
internal sealed unsafe class TcpStream : ByteStream
{
    private const int Socket = 1, Linger = 13;
    /// <summary>
    /// SO_MEMINFO (since Linux 4.12) returns nine numbers; these are the limit of bytes queued for sending and the bytes queued.
    /// </summary>
    private const int MemInfo = 55, MemInfoCount = 9, SendBuffer = 3, SendQueued = 5;
    private const int PeekOnly = 0x02, NoSignal = 0x4000;
    private const uint SpliceMove = 1, SpliceNonBlocking = 2;
    private const int SendSide = 1;
    private const nuint OutQueue = 0x5411;

    public override bool CanSplice => true;

    /// <summary>A short read means that the kernel has no more.</summary>
    public override int Receive(byte* to, int count)
    {
        int received = Result(Libc.recv(Fd, to, count, 0));
        return Received(received, isDrained: received < count);
    }

    public override int Send(byte* from, int count)
    {
        int sent = Result(Libc.send(Fd, from, count, NoSignal));
        return Sent(sent, isFull: sent < count);
    }

    public override int Peek()
    {
        byte one;
        return Result(Libc.recv(Fd, &one, 1, PeekOnly));
    }

    /// <summary>A short count does not mean that the socket is empty: a pipe counts pages, not bytes.</summary>
    public override int SpliceInto(Pipe pipe, int count)
    {
        int moved = Splice(Fd, pipe.WriteEnd, count);
        return Received(moved, isDrained: moved <= 0);
    }

    public override int SpliceFrom(Pipe pipe, int count)
    {
        int moved = Splice(pipe.ReadEnd, Fd, count);
        return Sent(moved, isFull: moved < count);
    }

    public override int SendRoom()
    {
        uint* info = stackalloc uint[MemInfoCount];
        int length = MemInfoCount * sizeof(uint);
        bool isKnown = Libc.getsockopt(Fd, Socket, MemInfo, info, &length) == 0 && length > SendQueued * sizeof(uint);
        return isKnown ? (int)Math.Max(0, (long)info[SendBuffer] - info[SendQueued]) : 0;
    }

    public override void ShutdownSend() => Libc.shutdown(Fd, SendSide);

    protected override int Unacknowledged()
    {
        int bytes = 0;
        return Libc.ioctl(Fd, OutQueue, &bytes) < 0 ? 0 : bytes;
    }

    protected override void CloseDescriptor(bool abort)
    {
        if (abort)
        {
            int* lingerZero = stackalloc int[2] { 1, 0 };
            Libc.setsockopt(Fd, Socket, Linger, lingerZero, 2 * sizeof(int));
        }
        Libc.close(Fd);
    }

    /// <summary>Never with SPLICE_F_MORE: it is not known whether more follows, and a small last part must not be delayed.</summary>
    private static int Splice(int from, int to, int count)
    {
        nint moved = Libc.splice(from, null, to, null, count, SpliceMove | SpliceNonBlocking);
        return moved >= 0 ? (int)moved : Failure(Marshal.GetLastPInvokeError());
    }

    /// <summary>Must be called directly after the system call, before anything else can set errno.</summary>
    private static int Result(nint result) => result >= 0 ? (int)result : Failure(Marshal.GetLastSystemError());

    private static int Failure(int errno) => errno == Errno.EAGAIN ? Blocked : Cut;
}

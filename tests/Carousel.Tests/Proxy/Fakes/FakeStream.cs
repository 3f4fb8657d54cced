using Carousel.Engine.Linux;
using Carousel.Engine.Sockets;

namespace Carousel.Tests.Proxy.Fakes;

/// <summary>Plain TCP over the fake kernel: what <see cref="TcpStream"/> is over the real one.</summary>
internal sealed unsafe class FakeStream(FakeNetwork network) : ByteStream
{
    public override bool CanSplice => true;

    public override int Receive(byte* to, int count)
    {
        int received = ResultOf(network.Receive(Fd, to, count));
        return Received(received, isDrained: received < count);
    }

    public override int Send(byte* from, int count)
    {
        int sent = ResultOf(network.Send(Fd, from, count));
        return Sent(sent, isFull: sent < count);
    }

    public override int Peek() => ResultOf(network.Peek(Fd));

    public override int SpliceInto(Pipe pipe, int count)
    {
        int moved = ResultOf(network.Splice(Fd, pipe.WriteEnd, count));
        return Received(moved, isDrained: moved <= 0);
    }

    public override int SpliceFrom(Pipe pipe, int count)
    {
        int moved = ResultOf(network.Splice(pipe.ReadEnd, Fd, count));
        return Sent(moved, isFull: moved < count);
    }

    public override int SendRoom() => network.SendRoom(Fd);

    public override void ShutdownSend() => network.ShutdownSend(Fd);

    /// <summary>Bytes that the fake kernel takes are acknowledged at once.</summary>
    protected override int Unacknowledged() => 0;

    protected override void CloseDescriptor(bool abort) => network.Close(Fd, abort);

    /// <summary>What a stream returns for the result of a system call.</summary>
    internal static int ResultOf(int result) => result >= 0 ? result : result == -Errno.EAGAIN ? Blocked : Cut;
}

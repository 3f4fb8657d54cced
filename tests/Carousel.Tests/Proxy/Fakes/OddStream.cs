using Carousel.Engine.Linux;
using Carousel.Engine.Sockets;

namespace Carousel.Tests.Proxy.Fakes;

/// <summary>
/// What the contract of <see cref="ByteStream"/> allows and plain TCP does not do: it takes everything from the descriptor at once and keeps what the caller has
/// no room for, so that no event announces it; it does not know when it is drained until it is blocked; a send takes a part though it would take more; it cannot
/// splice; and what <paramref name="oddity"/> adds.
/// </summary>
internal sealed unsafe class OddStream(FakeNetwork network, Oddity oddity) : ByteStream
{
    private const int MaxRecord = 16 * 1024;

    private readonly Queue<byte> _inside = new();
    private bool _receiveWanted, _sendWanted;

    public override bool CanSplice => false;

    public override int Receive(byte* to, int count)
    {
        if (oddity.HasFlag(Oddity.ReceiveWantsWrite) && !_receiveWanted)
        {
            _receiveWanted = true;
            ReceiveWants = Readiness.Writable;
            network.Announce(Fd, Readiness.Writable);
            return Received(Blocked, isDrained: true);
        }
        ReceiveWants = Readiness.Readable;
        int filled = _inside.Count == 0 ? Fill() : _inside.Count;
        if (filled <= 0)
        {
            return Received(filled, isDrained: true);
        }
        int taken = Math.Min(filled, oddity.HasFlag(Oddity.ByteByByte) ? 1 : count);
        for (int i = 0; i < taken; i++)
        {
            to[i] = _inside.Dequeue();
        }
        _receiveWanted = false;
        return Received(taken, isDrained: false);
    }

    public override int Send(byte* from, int count)
    {
        if (oddity.HasFlag(Oddity.SendWantsRead) && !_sendWanted)
        {
            _sendWanted = true;
            SendWants = Readiness.Readable;
            network.Announce(Fd, Readiness.Readable);
            return Sent(Blocked, isFull: true);
        }
        SendWants = Readiness.Writable;
        int most = oddity.HasFlag(Oddity.ByteByByte) ? 1 : (count / 2) + 1;
        int sent = FakeStream.ResultOf(network.Send(Fd, from, Math.Min(count, most)));
        _sendWanted &= sent < 0;
        return Sent(sent, isFull: sent < 0);
    }

    public override int Peek() => _inside.Count > 0 ? _inside.Count : EndOr(network.Peek(Fd));

    public override int SpliceInto(Pipe pipe, int count) => throw new InvalidOperationException("cannot splice");

    public override int SpliceFrom(Pipe pipe, int count) => throw new InvalidOperationException("cannot splice");

    public override int SendRoom() => network.SendRoom(Fd);

    public override void ShutdownSend() => network.ShutdownSend(Fd);

    protected override int Unacknowledged() => 0;

    protected override void CloseDescriptor(bool abort)
    {
        network.Close(Fd, abort);
        _inside.Clear();
        _receiveWanted = _sendWanted = false;
    }

    private int Fill()
    {
        byte* record = stackalloc byte[MaxRecord];
        int got = network.Receive(Fd, record, MaxRecord);
        for (int i = 0; i < got; i++)
        {
            _inside.Enqueue(record[i]);
        }
        return EndOr(got);
    }

    private int EndOr(int result) => result == 0 && oddity.HasFlag(Oddity.Truncated) ? Cut : FakeStream.ResultOf(result);
}

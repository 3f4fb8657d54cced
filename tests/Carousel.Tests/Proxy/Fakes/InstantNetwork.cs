using Carousel.Engine.Linux;
using Carousel.Engine.Sockets;

namespace Carousel.Tests.Proxy.Fakes;

/// <summary>
/// Every connect succeeds at once; nothing is ever received. Holds no more memory per connection than a real one. Descriptors are process-wide, as real ones
/// are.
/// </summary>
internal sealed class InstantNetwork : Transport
{
    private const int First = 64;

    private readonly Stack<int> _free = new();
    private int _next = First;

    public override ByteStream CreateStream() => new SilentStream(_free);

    public override int Connect(in SockAddr to, out int fd)
    {
        fd = _free.TryPop(out int free) ? free : _next++;
        return 0;
    }

    public override int ConnectResult(int fd) => 0;

    public override int Accept(int listener, out SockAddr peer)
    {
        peer = default;
        return -Errno.EAGAIN;
    }

    public override SockAddr LocalAddress(int fd) => default;

    private sealed unsafe class SilentStream(Stack<int> free) : ByteStream
    {
        public override bool CanSplice => false;

        public override int Receive(byte* to, int count) => Received(Blocked, isDrained: true);

        public override int Send(byte* from, int count) => Sent(count, isFull: false);

        public override int Peek() => Blocked;

        public override int SpliceInto(Pipe pipe, int count) => Blocked;

        public override int SpliceFrom(Pipe pipe, int count) => Blocked;

        public override int SendRoom() => 0;

        public override void ShutdownSend()
        {
        }

        protected override int Unacknowledged() => 0;

        protected override void CloseDescriptor(bool abort) => free.Push(Fd);
    }
}

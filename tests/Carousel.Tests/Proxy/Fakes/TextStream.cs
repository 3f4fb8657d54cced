using System.Text;
using Carousel.Engine.Linux;
using Carousel.Engine.Sockets;

namespace Carousel.Tests.Proxy.Fakes;

/// <summary>Has a text to be received, and nothing else. Readable from the start.</summary>
internal sealed unsafe class TextStream : ByteStream
{
    private readonly byte[] _text;
    private int _next;

    public TextStream(string text)
    {
        _text = Encoding.Latin1.GetBytes(text);
        Open(0, isConnected: true);
        Note(Readiness.Readable);
    }

    /// <summary>Bytes of each receive.</summary>
    public int AtMost { get; init; } = int.MaxValue;

    /// <summary>After the text the peer has closed.</summary>
    public bool Ends { get; init; }

    public override bool CanSplice => false;

    public override int Receive(byte* to, int count)
    {
        int received = Math.Min(Math.Min(AtMost, count), _text.Length - _next);
        if (received == 0)
        {
            return Received(Ends ? Ended : Blocked, isDrained: true);
        }
        _text.AsSpan(_next, received).CopyTo(new Span<byte>(to, count));
        _next += received;
        return Received(received, isDrained: false);
    }

    public override int Peek() => _next < _text.Length ? _text.Length - _next : Ends ? Ended : Blocked;

    public override int Send(byte* from, int count) => throw new NotSupportedException();

    public override int SpliceInto(Pipe pipe, int count) => throw new NotSupportedException();

    public override int SpliceFrom(Pipe pipe, int count) => throw new NotSupportedException();

    public override int SendRoom() => 0;

    public override void ShutdownSend() => throw new NotSupportedException();

    protected override int Unacknowledged() => 0;

    protected override void CloseDescriptor(bool abort)
    {
    }
}

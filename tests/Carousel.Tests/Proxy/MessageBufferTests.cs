using System.Text;
using Carousel.Engine.Proxy;
using Carousel.Engine.Reactor;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Heads in front of bodies that do not move.</summary>
public sealed class MessageBufferTests : IDisposable
{
    private const string Received = "GET / HTTP/1.1\r\n\r\n";

    private readonly BufferSlab _slab = new(32 * 1024);
    private MessageBuffer _buffer;

    public void Dispose()
    {
        _buffer.Release(_slab);
        _slab.Dispose();
    }

    /// <summary>The longest head that edits and encoders make, with and without a body after it, for two attempts.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("body")]
    public void AddHead_LongestGrowthTwice_LeavesTheBodyWhereItIs(string body)
    {
        Begin(Received + body);
        _buffer.DropHead(Received.Length);
        _buffer.Hold();
        _buffer.Framed = _buffer.End;
        foreach (int shorter in (int[])[0, 100])
        {
            byte[] head = Encoding.ASCII.GetBytes(new string('h', Received.Length + MessageBuffer.Headroom - shorter));
            Place(head);
            Assert.True(_buffer.IsUnsent);
            Assert.Equal(Encoding.ASCII.GetString(head) + body, Pending());
            _buffer.Start += 10;
            Assert.False(_buffer.IsUnsent);
            _buffer.Start = _buffer.Framed;
            _buffer.Rewind();
            Assert.Equal(body, Pending());
        }
    }

    /// <summary>A large head without a body is encoded again into a buffer that never held it.</summary>
    [Fact]
    public void AddHead_IntoAnEmptyBuffer_FitsHoweverLarge()
    {
        int received = _slab.Size - (2 * MessageBuffer.Headroom);
        _buffer.AcquireForHead(_slab, received);
        byte[] head = Encoding.ASCII.GetBytes(new string('h', received + MessageBuffer.Headroom));
        Place(head);
        Assert.Equal(head.Length, _buffer.Pending);
        Assert.Equal(Encoding.ASCII.GetString(head), Pending());
        Assert.True(_buffer.IsUnsent);
        Assert.True(_buffer.Free > 0);
    }

    /// <summary>The next request, which was received with this one, stays behind it.</summary>
    [Fact]
    public void AddHead_BeforeTheNextRequest_LeavesIt()
    {
        Begin(Received + "next");
        _buffer.DropHead(Received.Length);
        _buffer.Hold();
        Place("head"u8);
        Assert.Equal("head", Pending());
        Assert.Equal("next", Encoding.ASCII.GetString(_buffer.UnframedBytes));
    }

    private void Place(ReadOnlySpan<byte> head)
    {
        head.CopyTo(_buffer.HeadRoom[^head.Length..]);
        _buffer.AddHead(head.Length);
    }

    private unsafe void Begin(string text)
    {
        _buffer.Acquire(_slab);
        Encoding.ASCII.GetBytes(text).CopyTo(new Span<byte>(_buffer.Base + _buffer.End, text.Length));
        _buffer.End += text.Length;
    }

    private unsafe string Pending() => Encoding.ASCII.GetString(new ReadOnlySpan<byte>(_buffer.Base + _buffer.Start, _buffer.Pending));
}

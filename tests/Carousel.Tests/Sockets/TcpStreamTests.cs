using System.Net.Sockets;
using Carousel.Engine.Linux;
using Carousel.Engine.Sockets;
using Carousel.Tests.Linux;
using Xunit;

namespace Carousel.Tests.Sockets;

/// <summary>The real system calls on loopback.</summary>
public sealed unsafe class TcpStreamTests : IDisposable
{
    private const int PatienceMs = 20_000;

    private readonly Loopback _pair = new();
    private readonly EpollSet _set = new(1);
    private readonly TcpStream _stream = new();

    public TcpStreamTests()
    {
        Assert.Equal(0, _set.Register(_pair.Near, Readiness.Readable | Readiness.Writable | Readiness.PeerClosed | Readiness.EdgeTriggered, 0));
        _stream.Open(_pair.Near, isConnected: true);
        Next();
    }

    public void Dispose()
    {
        _pair.Dispose();
        _set.Dispose();
    }

    [Fact]
    public void SendAndReceive_MoveAndCountBytes()
    {
        byte[] bytes = [1, 2, 3];
        fixed (byte* at = bytes)
        {
            Assert.Equal(3, _stream.Send(at, 3));
            Assert.Equal(3, _pair.Far.Receive(new byte[10]));
            Assert.Equal(ByteStream.Blocked, _stream.Receive(at, 3));
            _pair.Far.Send([9]);
            Next();
            Assert.Equal(1, _stream.Receive(at, 3));
            Assert.Equal(9, bytes[0]);
        }
        Assert.Equal((1, 3), (_stream.BytesIn, _stream.BytesOut));
    }

    [Fact]
    public void Receive_FewerThanAvailable_StaysReadableUntilDrained()
    {
        byte* to = stackalloc byte[2];
        Assert.False(_stream.Readable);
        _pair.Far.Send([1, 2, 3]);
        Next();
        Assert.True(_stream.Readable);
        Assert.Equal(2, _stream.Receive(to, 2));
        Assert.True(_stream.Readable);
        Assert.Equal(1, _stream.Receive(to, 2));
        Assert.False(_stream.Readable);
    }

    /// <summary>The end is reported once: a short read must not hide it.</summary>
    [Fact]
    public void Receive_LastBytesAfterTheEndWasReported_StaysReadableForTheEnd()
    {
        byte* to = stackalloc byte[8];
        _pair.Far.Send([1]);
        _pair.Far.Shutdown(SocketShutdown.Send);
        while (!_stream.PeerClosed)
        {
            Next();
        }
        Assert.Equal(1, _stream.Receive(to, 8));
        Assert.True(_stream.Readable);
        Assert.Equal(ByteStream.Ended, _stream.Receive(to, 8));
        Assert.False(_stream.Readable);
    }

    [Fact]
    public void Receive_PeerHasReset_IsCut()
    {
        byte one;
        _pair.Far.Close(0);
        Next();
        Assert.True(_stream.PeerClosed && _stream.Readable && _stream.Writable);
        Assert.Equal(ByteStream.Cut, _stream.Receive(&one, 1));
    }

    [Fact]
    public void Send_PeerDoesNotRead_IsPartialThenBlockedUntilItReads()
    {
        byte[] bytes = new byte[1 << 20];
        fixed (byte* at = bytes)
        {
            int sent, last = int.MaxValue;
            while ((sent = _stream.Send(at, bytes.Length)) > 0)
            {
                last = sent;
                Assert.Equal(sent == bytes.Length, _stream.Writable);
            }
            Assert.Equal(ByteStream.Blocked, sent);
            Assert.InRange(last, 1, bytes.Length);
        }
        Assert.False(_stream.Writable);
        Assert.True(_stream.BytesTaken() < _stream.BytesOut);
        while (!_stream.Writable)
        {
            Assert.True(_pair.Far.Receive(bytes) > 0);
            Poll(waitMs: 0);
        }
    }

    [Fact]
    public void SendRoom_OpenConnection_IsKnown() => Assert.True(_stream.SendRoom() > 0);

    [Fact]
    public void Peek_NothingThenBytesThenEnd_ReturnsEach()
    {
        Assert.Equal(ByteStream.Blocked, _stream.Peek());
        _pair.Far.Send([1]);
        Next();
        Assert.Equal(1, _stream.Peek());
        Assert.False(_stream.IsSilent());
        byte one;
        Assert.Equal(1, _stream.Receive(&one, 1));
        Assert.True(_stream.Readable);
        Assert.True(_stream.IsSilent());
        Assert.False(_stream.Readable);
        _pair.Far.Shutdown(SocketShutdown.Send);
        Next();
        Assert.Equal(ByteStream.Ended, _stream.Peek());
    }

    [Fact]
    public void Close_PeerSeesTheEnd()
    {
        _pair.Give();
        _stream.Close();
        Assert.Equal(0, _pair.Far.Receive(new byte[1]));
        Assert.False(_stream.Readable || _stream.Writable);
    }

    [Fact]
    public void Abort_PeerSeesAReset()
    {
        _pair.Give();
        _stream.Abort();
        var error = Assert.Throws<SocketException>(() => _pair.Far.Receive(new byte[1]));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Fact]
    public void ShutdownSend_OtherDirectionStaysOpen()
    {
        _stream.ShutdownSend();
        Assert.Equal(0, _pair.Far.Receive(new byte[1]));
        _pair.Far.Send([5]);
        Next();
        byte one;
        Assert.Equal(1, _stream.Receive(&one, 1));
        Assert.Equal(ByteStream.Cut, _stream.Send(&one, 1));
    }

    [Fact]
    public void Splice_ThroughAPipe_MovesAndCountsBytes()
    {
        using var to = new Loopback();
        using Pipe pipe = Pipe.TryOpen(1 << 16)!;
        var sink = new TcpStream();
        sink.Open(to.Near, isConnected: true);
        Assert.True(_stream.CanSplice);
        Assert.Equal(ByteStream.Blocked, _stream.SpliceInto(pipe, 100));
        _pair.Far.Send("through"u8);
        Next();
        Assert.Equal(7, _stream.SpliceInto(pipe, 100));
        Assert.True(_stream.Readable);
        Assert.Equal(7, sink.SpliceFrom(pipe, 7));
        Assert.True(sink.Writable);
        Assert.Equal((7, 7), (_stream.BytesIn, sink.BytesOut));
        byte[] got = new byte[10];
        Assert.Equal("through"u8.ToArray(), got[..to.Far.Receive(got)]);
        _pair.Far.Shutdown(SocketShutdown.Send);
        Next();
        Assert.Equal(ByteStream.Ended, _stream.SpliceInto(pipe, 100));
    }

    [Fact]
    public void Open_AfterAnotherConnection_StartsAnew()
    {
        using var other = new Loopback();
        byte one = 0;
        _pair.Far.Send([1]);
        _pair.Far.Shutdown(SocketShutdown.Send);
        Next();
        _stream.Send(&one, 1);
        _pair.Give();
        _stream.Close();
        _stream.Open(other.Near, isConnected: false);
        Assert.False(_stream.Readable || _stream.Writable || _stream.PeerClosed);
        Assert.Equal((0, 0), (_stream.BytesIn, _stream.BytesOut));
    }

    /// <summary>Waits for an event and notes it.</summary>
    private void Next() => Assert.True(Poll(PatienceMs));

    private bool Poll(int waitMs)
    {
        if (_set.Wait(waitMs) == 0)
        {
            return false;
        }
        _set.Get(0, out Readiness readiness, out _);
        _stream.Note(readiness);
        return true;
    }
}

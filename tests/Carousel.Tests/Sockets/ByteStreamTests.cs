using Carousel.Engine.Linux;
using Carousel.Engine.Sockets;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Sockets;

/// <summary>Readiness, by a stream that makes use of what the contract allows.</summary>
public sealed unsafe class ByteStreamTests
{
    private readonly FakeNetwork _network = new();
    private readonly FakeSocket _socket;

    public ByteStreamTests() => _socket = _network.OpenClient(Rig.ClientAddress(1));

    [Fact]
    public void Receive_WantsWrite_WaitsForTheWritableEvent()
    {
        ByteStream stream = Open(Oddity.ReceiveWantsWrite);
        byte one;
        _socket.Send([7]);
        stream.Note(Readiness.Readable);
        Assert.Equal(ByteStream.Blocked, stream.Receive(&one, 1));
        Assert.False(stream.Readable);
        stream.Note(Readiness.Readable);
        Assert.False(stream.Readable);
        stream.Note(Readiness.Writable);
        Assert.True(stream.Readable);
        Assert.Equal((1, 7), (stream.Receive(&one, 1), one));
    }

    [Fact]
    public void Send_WantsRead_WaitsForTheReadableEvent()
    {
        ByteStream stream = Open(Oddity.SendWantsRead);
        byte one = 7;
        Assert.Equal(ByteStream.Blocked, stream.Send(&one, 1));
        Assert.False(stream.Writable);
        stream.Note(Readiness.Writable);
        Assert.False(stream.Writable);
        stream.Note(Readiness.Readable);
        Assert.True(stream.Writable);
        Assert.Equal(1, stream.Send(&one, 1));
    }

    [Theory]
    [InlineData((uint)Readiness.Error)]
    [InlineData((uint)Readiness.HangUp)]
    public void Note_Failure_MakesBothDirectionsReadyWhateverTheyWant(uint failure)
    {
        ByteStream stream = Open(Oddity.ReceiveWantsWrite | Oddity.SendWantsRead);
        byte one = 0;
        stream.Receive(&one, 1);
        stream.Send(&one, 1);
        stream.Note((Readiness)failure);
        Assert.True(stream.Readable && stream.Writable && stream.PeerClosed);
    }

    [Fact]
    public void Receive_BytesAreInside_StaysReadableWithoutAnEvent()
    {
        ByteStream stream = Open(Oddity.None);
        byte one;
        _socket.Send([1, 2]);
        stream.Note(Readiness.Readable);
        for (int i = 1; i <= 2; i++)
        {
            Assert.False(stream.IsSilent());
            Assert.Equal((1, i), (stream.Receive(&one, 1), one));
            Assert.Equal(0, _socket.Unreceived);
        }
        Assert.True(stream.IsSilent());
        Assert.False(stream.Readable);
    }

    [Fact]
    public void Open_AfterAWant_WantsTheUsualEvents()
    {
        ByteStream stream = Open(Oddity.ReceiveWantsWrite | Oddity.SendWantsRead);
        byte one = 0;
        stream.Receive(&one, 1);
        stream.Send(&one, 1);
        stream.Close();
        stream.Open(_network.OpenClient(Rig.ClientAddress(2)).Fd, isConnected: false);
        stream.Note(Readiness.Readable);
        Assert.True(stream.Readable && !stream.Writable);
        stream.Note(Readiness.Writable);
        Assert.True(stream.Writable);
    }

    private OddStream Open(Oddity oddity)
    {
        var stream = new OddStream(_network, oddity);
        stream.Open(_socket.Fd, isConnected: true);
        return stream;
    }
}

using System.Text;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Proxy;
using Carousel.Engine.Reactor;
using Carousel.Fuzz.Targets;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Heads as they arrive, without a connection or an exchange.</summary>
public sealed class Http1RequestReaderTests : IDisposable
{
    private const string First = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n", Second = "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n";

    private readonly BufferSlab _slab = new(32 * 1024);
    private readonly RequestHead _head = new(Heads.Limits.MaxFields);
    private MessageBuffer _buffer;
    private bool _isPartial;

    public void Dispose()
    {
        _buffer.Release(_slab);
        _slab.Dispose();
    }

    [Fact]
    public void Read_TwoHeadsAtOnce_LeavesTheSecondInTheBuffer()
    {
        var stream = new TextStream(First + Second);
        Assert.Equal(HeadResult.Complete, Read(stream));
        Assert.Equal("/1", Target());
        Assert.Equal(Second, Encoding.ASCII.GetString(_buffer.UnframedBytes));
        Assert.Equal(HeadResult.Complete, Read(stream));
        Assert.Equal("/2", Target());
        Assert.Equal(HeadResult.Blocked, Read(stream));
    }

    [Fact]
    public void Read_OneByteAtATime_IsPartialUntilComplete()
    {
        var stream = new TextStream(First) { AtMost = 1 };
        for (int i = 1; i < First.Length; i++)
        {
            Assert.Equal(HeadResult.Partial, Read(stream));
            _isPartial = true;
        }
        Assert.Equal(HeadResult.Complete, Read(stream));
        Assert.Equal("/1", Target());
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HT")]
    public void Read_AtTheClientsEnd_TellsWhetherAHeadHadBegun(string received)
    {
        var stream = new TextStream(received) { Ends = true };
        if (received.Length > 0)
        {
            Assert.Equal(HeadResult.Partial, Read(stream));
            _isPartial = true;
        }
        Assert.Equal(received.Length == 0 ? HeadResult.Closed : HeadResult.Truncated, Read(stream));
    }

    [Fact]
    public void Read_Malformed_IsRejectedWithItsReason()
    {
        Assert.Equal(HeadResult.Rejected, Http1RequestReader.Read(new TextStream("GET\r\n"), ref _buffer, _slab, false, Heads.Limits, _head, out FailureReason reason));
        Assert.Equal(FailureReason.BadRequestLine, reason);
    }

    private HeadResult Read(TextStream stream) => Http1RequestReader.Read(stream, ref _buffer, _slab, _isPartial, Heads.Limits, _head, out _);

    private string Target() => Encoding.ASCII.GetString(_head.Target.Of(_head.Bytes));
}

using System.Text;
using Carousel.Engine.Http;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Http;

public class TraceParentTests
{
    private const string Good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Theory]
    [InlineData(Good, true)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff", true)]
    [InlineData("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true)]
    [InlineData("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-brings", true)]
    public void TryParse_Good_IsRead(string text, bool sampled)
    {
        Assert.True(TraceParent.TryParse(Encoding.ASCII.GetBytes(text), out TraceParent read));
        Assert.Equal(new TraceParent(new UInt128(0x0af7651916cd43dd, 0x8448eb211c80319c), 0xb7ad6b7169203331, sampled), read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")]
    [InlineData("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("0x-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-B7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0A")]
    [InlineData("00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319-cb7ad6b7169203331-01")]
    public void TryParse_Bad_IsNone(string text)
    {
        Assert.False(TraceParent.TryParse(Encoding.ASCII.GetBytes(text), out TraceParent read));
        Assert.Equal(default, read);
    }

    [Fact]
    public void TryParse_OneByteReplaced_IsNoneOrRoundTrips() => Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Byte).Sample((at, value) =>
    {
        byte[] bytes = Encoding.ASCII.GetBytes(Good);
        bytes[at] = value;
        if (TraceParent.TryParse(bytes, out TraceParent read))
        {
            byte[] again = new byte[TraceParent.TextLength];
            read.Format(again);
            // The balancer writes its own version and flags.
            Assert.Equal(bytes[2..52], again[2..52]);
        }
    });

    [Fact]
    public void Format_Any_IsReadAsTheSame() => Gen.Select(Gen.ULong, Gen.ULong[1, ulong.MaxValue], Gen.ULong[1, ulong.MaxValue], Gen.Bool).Sample((high, low, parent, sampled) =>
    {
        var trace = new TraceParent(new UInt128(high, low), parent, sampled);
        byte[] text = new byte[TraceParent.TextLength];
        trace.Format(text);
        Assert.True(TraceParent.TryParse(text, out TraceParent read));
        Assert.Equal(trace, read);
    });
}

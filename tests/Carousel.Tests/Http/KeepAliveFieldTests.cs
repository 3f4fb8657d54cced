using Carousel.Engine.Http;
using Xunit;

namespace Carousel.Tests.Http;

public sealed class KeepAliveFieldTests
{
    [Theory]
    [InlineData("timeout=5", 4000, true)]
    [InlineData("Timeout = 5", 4000, true)]
    [InlineData("timeout=\"5\", max=100", 4000, true)]
    [InlineData("max=100, timeout=15", 14_000, true)]
    [InlineData("timeout=9\r\nKeep-Alive: timeout=3", 2000, true)]
    [InlineData("timeout=99999999999999999999", 2_147_482_000, true)]
    // The last second has begun, or no request is left.
    [InlineData("timeout=1", 0, false)]
    [InlineData("timeout=0", 0, false)]
    [InlineData("timeout=5, max=0", 0, false)]
    [InlineData("max=0", 0, false)]
    // Ignored values.
    [InlineData("max=1", 0, true)]
    [InlineData("timeout", 0, true)]
    [InlineData("timeout=", 0, true)]
    [InlineData("timeout=-1", 0, true)]
    [InlineData("timeout=5s", 0, true)]
    [InlineData("timeouts=5", 0, true)]
    [InlineData("300", 0, true)]
    [InlineData("", 0, true)]
    public void Parse_KeepAliveField_LimitsReuse(string value, int reusableMs, bool keepAlive)
    {
        ResponseHead head = Parse($"Keep-Alive: {value}\r\n");
        Assert.Equal((reusableMs, keepAlive), (head.ReusableMs, head.KeepAlive));
    }

    [Fact]
    public void Parse_ClosedAnyway_TimeoutChangesNothing() => Assert.False(Parse("Connection: close\r\nKeep-Alive: timeout=5\r\n").KeepAlive);

    private static ResponseHead Parse(string fields)
    {
        byte[] input = System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{fields}Content-Length: 0\r\n\r\n");
        var head = new ResponseHead(maxFields: 100);
        Assert.Equal(
            ParseStatus.Complete,
            ResponseParser.Parse(input, RequestMethod.Get, new HeadLimits(16 * 1024, 100), head, out _));
        return head;
    }
}

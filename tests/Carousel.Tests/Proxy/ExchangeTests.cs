using Carousel.Engine;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Plain exchanges, observed from outside.</summary>
public sealed class ExchangeTests
{
    [Theory]
    [InlineData("TRACE", false, 405, "trace-method")]
    [InlineData("TRACK", false, 405, "trace-method")]
    [InlineData("TRACE", true, 200, null)]
    [InlineData("TRACK", true, 200, null)]
    [InlineData("UPDATEREDIRECTREFUPDATEREDIRECTR", false, 200, null)]
    [InlineData("UPDATEREDIRECTREFUPDATEREDIRECTRE", true, 501, "method-too-long")]
    public void Method_AllowedOrNot_GetsTheStatus(string method, bool allowsTrace, int status, string? reason)
    {
        using var rig = new Rig(new EngineOptions { AllowsTrace = allowsTrace });
        FakeSocket client = rig.Connect($"{method} / HTTP/1.1\r\nHost: h\r\n\r\n");
        Message response = Message.Responds(client.TakenText, [method], client.EndSent)[0];
        Assert.Equal((status, reason), (response.Status, response.Field("X-Carousel-Reason")));
        // RFC 9110 section 15.5.6.
        Assert.Equal(status == 405 ? "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" : null, response.Field("Allow"));
        Assert.Equal(reason is null ? 1 : 0, rig.Servers.Count);
    }

    [Fact]
    public void Request_OneServer_ResponseIsForwarded()
    {
        using var rig = new Rig();
        FakeSocket client = rig.Connect(Rig.Get("/"));
        Message response = Assert.Single(Message.Responds(client.TakenText, ["GET"], ended: false));
        Assert.Equal(200, response.Status);
        Assert.Equal("hello", response.Body);
        Assert.False(client.IsClosed);
        rig.AssertNothingLeft();
        Assert.Equal(1, rig.SpareExchangeCount);
    }
}

using Carousel.Core.Servers;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>What a worker learns of a server from its responses.</summary>
public sealed class LoadReportingTests
{
    [Fact]
    public void Response_WithReports_AreStoredAndNotForwarded()
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Ok("hello", "X-Carousel-Capacity: 4\r\nX-Carousel-Load: 0.8\r\n")] };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        Assert.DoesNotContain("X-Carousel", client.TakenText, StringComparison.OrdinalIgnoreCase);
        ServerReports reports = rig.Pool.Current.Servers[0].Load.Reports;
        Assert.Equal(4, reports.Capacity(1, rig.Worker.Loop.Now));
        Assert.Equal(0.8, reports.Load(0.5, rig.Worker.Loop.Now));
        Assert.Equal(0, reports.FailedShare(rig.Worker.Loop.Now));
    }

    [Theory]
    [InlineData("500 Oh", true)]
    [InlineData("503 Busy", true)]
    [InlineData("404 Not Found", false)]
    public void Response_WithAStatus_IsAFailureFrom500(string status, bool failed)
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Bytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")] };
        rig.Connect(Rig.Get("/"));
        Assert.Equal(failed, rig.Pool.Current.Servers[0].Load.Reports.FailedShare(rig.Worker.Loop.Now) > 0);
    }
}

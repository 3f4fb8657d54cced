using Carousel.Core.Servers;
using Xunit;

namespace Carousel.Tests.Servers;

public class ServerReportsTests
{
    private const long Now = 50_000;

    [Fact]
    public void FailedShare_FailuresThenSuccesses_RisesToOneAndFallsToZero()
    {
        var reports = new ServerReports();
        Respond(reports, failed: true, 300);
        Assert.InRange(reports.FailedShare(Now), 0.98, 1);
        Respond(reports, failed: false, 64);
        Assert.InRange(reports.FailedShare(Now), 0.3, 0.45);
        Respond(reports, failed: false, 1_000);
        Assert.Equal(0, reports.FailedShare(Now));
    }

    /// <summary>A server that is avoided for its failures gets no responses that would correct the share, so it fades by time.</summary>
    [Theory]
    [InlineData(0, 0.98, 1)]
    [InlineData(5_000, 0.49, 0.5)]
    [InlineData(ServerReports.ReportLifeMs, 0, 0)]
    public void FailedShare_NothingFollows_FadesByTime(long afterMs, double least, double most)
    {
        var reports = new ServerReports();
        Respond(reports, failed: true, 300);
        Assert.InRange(reports.FailedShare(Now + afterMs), least, most);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(5_000, 3)]
    [InlineData(10_000, 1)]
    [InlineData(60_000, 1)]
    [InlineData(-50, 5)]
    public void Capacity_OfAReport_FadesToTheDefault(long ageMs, double expected)
    {
        var reports = new ServerReports();
        Assert.Equal(1, reports.Capacity(1, Now));
        reports.ReportCapacity(5, Now);
        Assert.Equal(expected, reports.Capacity(1, Now + ageMs));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_001)]
    [InlineData(double.PositiveInfinity)]
    public void ReportCapacity_OutOfRange_IsIgnored(double capacity)
    {
        var reports = new ServerReports();
        reports.ReportCapacity(capacity, Now);
        Assert.Equal(1, reports.Capacity(1, Now));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.3, 0.3)]
    [InlineData(1.7, 1)]
    [InlineData(-0.1, 0.5)]
    [InlineData(double.NaN, 0.5)]
    public void Load_OfAReport_IsFromZeroToOne(double reported, double expected)
    {
        var reports = new ServerReports();
        reports.ReportLoad(reported, Now);
        Assert.Equal(expected, reports.Load(0.5, Now));
    }

    private static void Respond(ServerReports reports, bool failed, int times)
    {
        for (int i = 0; i < times; i++)
        {
            reports.OnResponse(failed, Now);
        }
    }
}

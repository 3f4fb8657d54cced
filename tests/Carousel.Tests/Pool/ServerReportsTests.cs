using Carousel.Core.Pool;
using Xunit;

namespace Carousel.Tests.Pool;

public class ServerReportsTests
{
    private const long Now = 50_000;

    [Fact]
    public void FailedShare_FailuresOnly_ComesNearToOneAndGoesBackToNone()
    {
        var news = new ServerReports();
        Respond(news, failed: true, 300);
        Assert.InRange(news.FailedShare(Now), 0.98, 1);
        Respond(news, failed: false, 64);
        Assert.InRange(news.FailedShare(Now), 0.3, 0.45);
        Respond(news, failed: false, 1_000);
        Assert.Equal(0, news.FailedShare(Now));
    }

    /// <summary>Who is avoided for its failures gets no answers that would tell otherwise: the clock tells.</summary>
    [Theory]
    [InlineData(0, 0.98, 1)]
    [InlineData(5_000, 0.49, 0.5)]
    [InlineData(ServerReports.ReportLifeMs, 0, 0)]
    public void FailedShare_NothingFollows_FadesByTime(long afterMs, double least, double most)
    {
        var news = new ServerReports();
        Respond(news, failed: true, 300);
        Assert.InRange(news.FailedShare(Now + afterMs), least, most);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(5_000, 3)]
    [InlineData(10_000, 1)]
    [InlineData(60_000, 1)]
    [InlineData(-50, 5)]
    public void Capacity_OfAReport_FadesToWhatIsSaidOtherwise(long ageMs, double expected)
    {
        var news = new ServerReports();
        Assert.Equal(1, news.Capacity(1, Now));
        news.ReportCapacity(5, Now);
        Assert.Equal(expected, news.Capacity(1, Now + ageMs));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_001)]
    [InlineData(double.PositiveInfinity)]
    public void ReportCapacity_OutOfBounds_CountsForNothing(double capacity)
    {
        var news = new ServerReports();
        news.ReportCapacity(capacity, Now);
        Assert.Equal(1, news.Capacity(1, Now));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.3, 0.3)]
    [InlineData(1.7, 1)]
    [InlineData(-0.1, 0.5)]
    [InlineData(double.NaN, 0.5)]
    public void Load_OfAReport_IsFromZeroToOne(double reported, double expected)
    {
        var news = new ServerReports();
        news.ReportLoad(reported, Now);
        Assert.Equal(expected, news.Load(0.5, Now));
    }

    private static void Respond(ServerReports news, bool failed, int times)
    {
        for (int i = 0; i < times; i++)
        {
            news.OnResponse(failed, Now);
        }
    }
}

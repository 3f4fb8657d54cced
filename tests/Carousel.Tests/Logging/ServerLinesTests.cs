using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Logging;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Logging;

public class ServerLinesTests
{
    private static readonly Server Server = TestPool.Servers(ServersParser.Parse("http://localhost:8001 name=blue").Servers)[0];

    [Theory]
    [InlineData(FailureReason.ConnectRefused, 0, 3, 0, 1_000, "is ejected for 1s: connect-refused x3")]
    [InlineData(FailureReason.AnswerTimeout, 0, 1, 0, 2_500, "is ejected for 2500ms: answer-timeout")]
    [InlineData(FailureReason.None, 503, 18, 20, 1_000, "is ejected for 1s: status 503 (18 of 20 requests failed)")]
    [InlineData(FailureReason.None, 200, 0, 0, 0, "is back: its trial succeeded")]
    public void Of_News_IsTheTextAfterTheServer(FailureReason reason, int status, int failures, int requests, long ejectedMs, string expected) =>
        Assert.Equal(expected, ServerLines.Of(new ServerNews(Server, reason, status, failures, requests, ejectedMs)));
}

using Carousel.Control.Probes;
using Carousel.Core.Health;
using Carousel.Core.Telemetry;
using Xunit;

namespace Carousel.Tests.Probes;

public class ProbeTextTests
{
    private static readonly HealthOptions s_options = new() { Path = "/healthz", Timeout = TimeSpan.FromSeconds(2) };

    [Theory]
    [InlineData(FailureReason.ConnectRefused, "connection refused")]
    [InlineData(FailureReason.ConnectTimeout, "no connection within 2s")]
    [InlineData(FailureReason.ConnectFailed, "address can't be reached")]
    [InlineData(FailureReason.AnswerTimeout, "no response within 2s")]
    [InlineData(FailureReason.ServerClosed, "connection closed without a response")]
    [InlineData(FailureReason.BadAnswer, "response is not HTTP/1.1")]
    public void Of_AFailure_IsASentence(FailureReason reason, string expected) => Assert.Equal(expected, ProbeText.Of(ProbeResult.Failed(reason), s_options));

    [Fact]
    public void Of_Responses_NamesStatusAndPath()
    {
        Assert.Equal("HTTP 503 from /healthz", ProbeText.Of(new ProbeResult("status 503", Status: 503), s_options));
        Assert.Equal("as expected from /healthz", ProbeText.Of(ProbeResult.Good, s_options));
        Assert.Equal("connection accepted", ProbeText.Of(ProbeResult.Good, new HealthOptions()));
        Assert.Equal("body does not match", ProbeText.Of(new ProbeResult("body does not match"), s_options));
    }
}

using Carousel.Core.Config;
using Carousel.Core.Health;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Probes;

/// <summary>Result of a probe as text. Pure.</summary>
internal static class ProbeText
{
    /// <summary>Such as <c>HTTP 503 from /healthz</c>.</summary>
    public static string Of(in ProbeResult result, HealthOptions options) => result switch
    {
        { IsGood: true } => options.Path is null ? "connection accepted" : $"as expected from {options.Path}",
        { Status: not 0 } => $"HTTP {result.Status} from {options.Path}",
        { Reason: FailureReason.ConnectRefused } => "connection refused",
        { Reason: FailureReason.ConnectTimeout } => $"no connection within {Durations.Format(options.Timeout)}",
        { Reason: FailureReason.ConnectFailed } => "address can't be reached",
        { Reason: FailureReason.AnswerTimeout } => $"no response within {Durations.Format(options.Timeout)}",
        { Reason: FailureReason.ServerClosed } => "connection closed without a response",
        { Reason: FailureReason.BadAnswer } => "response is not HTTP/1.1",
        _ => result.Failure!,
    };
}

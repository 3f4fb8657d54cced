using Carousel.Core.Events;

namespace Carousel.Control.Telemetry;

/// <summary>Logs when sending a signal starts or stops failing. One thread at a time.</summary>
/// <param name="signal">The signal: metrics or traces.</param>
/// <param name="to">The endpoint.</param>
/// <param name="log">Logs a message.</param>
internal sealed class OtlpStatus(string signal, Uri to, ReportEvent log)
{
    private bool _fails;

    public void Take(OtlpResult result)
    {
        bool fails = result.Error is not null;
        if (fails != _fails)
        {
            log(fails ? EventLevel.Error : EventLevel.Good, $"otlp {to.GetLeftPart(UriPartial.Authority)}: {(fails ? $"cannot send {signal}: {result.Error}" : $"sending {signal} resumed")}");
        }
        _fails = fails;
    }
}

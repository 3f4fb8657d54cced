using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>How sending one signal goes: one line to the log whenever that changes. One thread at a time.</summary>
/// <param name="signal">What is sent.</param>
/// <param name="to">Where to.</param>
/// <param name="log">Takes a line for people.</param>
internal sealed class OtlpStatus(string signal, Uri to, ReportEvent log)
{
    private bool _fails;

    public void Take(OtlpResult result)
    {
        bool fails = result.Error is not null;
        if (fails != _fails)
        {
            log(fails ? EventLevel.Error : EventLevel.Good, $"otlp {to.GetLeftPart(UriPartial.Authority)}: {(fails ? $"{signal} can't be sent: {result.Error}" : $"takes {signal} again")}");
        }
        _fails = fails;
    }
}

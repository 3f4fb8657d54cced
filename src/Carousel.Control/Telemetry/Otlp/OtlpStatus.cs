namespace Carousel.Control.Telemetry;

/// <summary>How sending one signal goes: one line to the log whenever that changes, and counts. One thread writes, any thread reads.</summary>
/// <param name="signal">What is sent.</param>
/// <param name="to">Where to.</param>
/// <param name="log">Takes a line for people.</param>
internal sealed class OtlpStatus(string signal, Uri to, Action<string> log)
{
    private bool _fails;
    private long _sent, _failed;

    /// <summary>Messages that were taken.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Messages that were not.</summary>
    public long Failed => Volatile.Read(ref _failed);

    public void Take(OtlpResult result)
    {
        if (result.Error is null)
        {
            Volatile.Write(ref _sent, _sent + 1);
            if (_fails)
            {
                log($"otlp {to.GetLeftPart(UriPartial.Authority)}: takes {signal} again");
            }
        }
        else
        {
            Volatile.Write(ref _failed, _failed + 1);
            if (!_fails)
            {
                log($"otlp {to.GetLeftPart(UriPartial.Authority)}: {signal} can't be sent: {result.Error}");
            }
        }
        _fails = result.Error is not null;
    }
}

using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>Which message of an exchange a client is too slow for.</summary>
internal enum SlowClient : byte
{
    None,
    /// <summary>It sends its request too slowly.</summary>
    Sends,
    /// <summary>It takes its response too slowly.</summary>
    Takes,
}

/// <summary>What the client of an exchange is waited for, and how far it is.</summary>
/// <param name="MustSend">The balancer can't continue before the client has sent more.</param>
/// <param name="Sent">Bytes it has sent so far.</param>
/// <param name="MustTake">The balancer can't continue before the client has taken more.</param>
/// <param name="Taken">Bytes it has taken so far; not used unless it must take some.</param>
internal readonly record struct RateSample(bool MustSend, long Sent, bool MustTake, long Taken);

/// <summary>
/// Checks at intervals whether a client keeps up with the minimum rate, in either direction (docs/decisions/0020-slow-clients.md). The intervals are those of
/// one deadline. Its own worker's thread only.
/// </summary>
internal struct RateWatch
{
    /// <summary>
    /// A client that waits for 100 (Continue) is not slow; but it must not wait indefinitely (RFC 9110 section 10.1.1), so it counts as slow after this time.
    /// </summary>
    public const int ContinueTimeoutMs = RateWindow.LengthMs;

    private readonly TimingWheel _wheel;
    private readonly Deadline _deadline;
    private RateWindow _sending, _taking;

    /// <summary>The deadline may be armed. Few requests arm it; this flag spares the others the access that disarming costs.</summary>
    private bool _mayBeArmed;

    /// <summary>The client may be waiting for a 100 (Continue), which the server has not sent.</summary>
    private bool _mayAwaitContinue;
    private long _acceptedAt;

    /// <param name="owner">Notified when the next check is due.</param>
    /// <param name="wheel">Of the owner's worker.</param>
    public RateWatch(IDeadlineOwner owner, TimingWheel wheel)
    {
        _wheel = wheel;
        _deadline = new Deadline(owner);
    }

    /// <summary>A check is due at a known time.</summary>
    public readonly bool IsRunning => _deadline.IsArmed;

    /// <summary>A request with a body was accepted.</summary>
    public void OnBody(bool expectsContinue, long nowMs)
    {
        _mayAwaitContinue = expectsContinue;
        _acceptedAt = nowMs;
    }

    /// <summary>The server has sent 100 (Continue).</summary>
    public void OnContinue() => _mayAwaitContinue = false;

    /// <summary>True while the client has a reason to send nothing.</summary>
    public readonly bool AwaitsContinue(long nowMs) => _mayAwaitContinue && nowMs - _acceptedAt < ContinueTimeoutMs;

    /// <summary>A body takes more than one step: the next <see cref="Check"/> is the first.</summary>
    public void Begin() => _sending = _taking = default;

    /// <summary>The direction in which the client was waited for and too slow, if any.</summary>
    /// <param name="sample">The client now.</param>
    /// <param name="leastRate">Bytes a second; 0 for no minimum.</param>
    /// <param name="nowMs">The worker's clock.</param>
    public SlowClient Check(in RateSample sample, int leastRate, long nowMs) =>
        _sending.IsTooSlow(sample.MustSend, sample.Sent, leastRate, nowMs) ? SlowClient.Sends
        : _taking.IsTooSlow(sample.MustTake, sample.Taken, leastRate, nowMs) ? SlowClient.Takes
        : SlowClient.None;

    /// <summary>Another check is to follow.</summary>
    public void Continue(long nowMs)
    {
        _mayBeArmed = true;
        _wheel.Arm(_deadline, nowMs + RateWindow.LookMs);
    }

    /// <summary>No check follows.</summary>
    public void Stop()
    {
        if (_mayBeArmed)
        {
            _mayBeArmed = false;
            _deadline.Disarm();
        }
    }
}

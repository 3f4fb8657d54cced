using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Carousel.Core.Health;
using Carousel.Core.Memory;

namespace Carousel.Core.Servers;

/// <summary>
/// State of a server that all workers share for picks: requests in flight and their limit, latency, and what restricts the server. Exists as long as
/// its <see cref="Server"/>, across snapshots. Any thread; fields written by every request are on cache lines separate from read-only ones.
/// </summary>
/// <remarks>
/// One exact count for all workers instead of one per worker: otherwise <c>max=</c> could not be enforced, and a policy would have to sum as many
/// cache lines as there are workers. A request pays two interlocked operations.
/// </remarks>
public sealed class ServerLoad
{
    private Written _written;
    private volatile int _max = int.MaxValue;
    private CircuitBreaker _breaker;

    /// <summary>When its slow start ends, in the workers' milliseconds; 0 if it had none.</summary>
    private long _rampEnds;
    private long _rampMs;
    private volatile bool _startsSlowly;

    /// <summary>Start of a ping without a response yet, in the workers' milliseconds; 0 if none is in progress.</summary>
    private long _pingedAt;

    /// <summary>Minimum time without a response before a server is suspect.</summary>
    internal const int MinSuspectAfterMs = 1_000;

    /// <summary>Multiple of its usual latency before a server is suspect, if that is longer: servers with long polling are not stuck.</summary>
    internal const int SuspectAfterLatencies = 8;

    /// <summary>After this time one request checks whether a server is still stuck: it may not have had a request meanwhile.</summary>
    internal const int LookAgainMs = 10_000;

    /// <summary>Time for which a latency is fully trusted without new samples.</summary>
    internal const int StaleAfterMs = 10_000;

    /// <summary>Time after which it is discarded.</summary>
    internal const int ForgottenAfterMs = 2 * StaleAfterMs;

    /// <summary>No response is outstanding.</summary>
    private const long NotWaiting = long.MaxValue;

    /// <summary>
    /// Time constant of the average: a sample decays to 1/e in this time. Long enough to be smooth, short enough to notice a server becoming slow.
    /// </summary>
    private const double LatencyMemoryMs = 5_000;

    /// <summary>Minimum weight of one response in the average.</summary>
    private const double MinSampleWeight = 1.0 / 64;

    /// <summary>Requests in flight: admitted and not released.</summary>
    public int InFlight => Volatile.Read(ref _written.InFlight);

    /// <summary>Limit of requests in flight; <see cref="int.MaxValue"/> for none.</summary>
    public int Max
    {
        get => _max;
        internal set => _max = value;
    }

    /// <summary>Average time to a response's head, in microseconds: a time-weighted EWMA. 0 before the first response.</summary>
    public double LatencyMicros => Volatile.Read(ref _written.Latency);

    /// <summary>
    /// The latency for a choice between servers. For an idle server without a response for <see cref="StaleAfterMs"/>, it fades to the default over
    /// the same time again. Otherwise a server that was slow would get too few requests to show that it has recovered.
    /// </summary>
    /// <param name="otherwise">The default for an unknown latency.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal double LatencyOr(double otherwise, long nowMs)
    {
        double latency = LatencyMicros;
        long idleMs = nowMs - RespondedAt;
        return latency == 0 ? otherwise : idleMs <= StaleAfterMs ? latency : Fade(latency, idleMs, otherwise);
    }

    /// <summary>
    /// Peak EWMA (as in Twitter's Finagle): a slow response counts at once and in full, then decays with time, with or without further responses. 0
    /// before the first response.
    /// </summary>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    public double PeakMicros(long nowMs) => Volatile.Read(ref _written.Peak) * Kept(nowMs);

    /// <summary>
    /// True if its latency is known: a response's head was received, and the server has not been idle for so long that the latency may have changed.
    /// </summary>
    internal bool IsKnown(long nowMs) => HasResponded && (nowMs - RespondedAt < ForgottenAfterMs || InFlight > 0);

    /// <summary>True once a response's head was received.</summary>
    public bool HasResponded => LatencyMicros != 0;

    /// <summary>When the last response's head was received, in the worker's milliseconds; 0 before the first.</summary>
    public long RespondedAt => Volatile.Read(ref _written.RespondedAt);

    /// <summary>The circuit breaker, which ejects the server when its requests fail.</summary>
    public ref CircuitBreaker Breaker => ref _breaker;

    /// <summary>Results of its responses other than latency.</summary>
    public ServerReports Reports { get; } = new();

    /// <summary>True if it is below its limit of requests now.</summary>
    public bool HasRoom => InFlight < _max;

    /// <summary>True if it may take one more request: it is below its limit and not ejected.</summary>
    public bool MayTake(long nowMs) => HasRoom && _breaker.MayTake(nowMs);

    /// <summary>True during its slow start, after it was down or ejected, or was added.</summary>
    public bool IsRamping(long nowMs) => Volatile.Read(ref _rampEnds) > nowMs;

    /// <summary>
    /// True if it has requests in flight and has not responded for much longer than usual, or if a ping is unanswered: the process may be stopped
    /// while its kernel still accepts connections. Other servers are preferred, no more: it may only be slow.
    /// </summary>
    public bool IsSuspect(long nowMs)
    {
        long waitsMs = nowMs - Volatile.Read(ref _written.WaitsSince);
        return (waitsMs > MinSuspectAfterMs && IsSuspectAfter(waitsMs)) || IsPinged;
    }

    /// <summary>As <see cref="IsSuspect"/>, for the whole time without a response: also while one request may check the server.</summary>
    public bool IsSilent(long nowMs)
    {
        long waitsMs = nowMs - Volatile.Read(ref _written.WaitsSince);
        return (waitsMs > MinSuspectAfterMs && InFlight > 0 && waitsMs > SuspectAfterMs) || IsPinged;
    }

    /// <summary>Admits one more request, to be released by <see cref="Leave"/>; false if the server is at its limit or ejected.</summary>
    public bool TryEnter(long nowMs)
    {
        if (!_breaker.MayTake(nowMs) || !TryEnterEjected(nowMs))
        {
            return false;
        }
        if (_breaker.TryEnter(nowMs))
        {
            return true;
        }
        // Another request is its trial.
        Leave();
        return false;
    }

    /// <summary>
    /// As <see cref="TryEnter"/>, for a server that may be ejected, when no other is available. The count is never too high, not even briefly:
    /// otherwise a concurrent request could find the server full and wait for a release that has already happened. Loops only when another thread
    /// changed the count.
    /// </summary>
    public bool TryEnterEjected(long nowMs)
    {
        int before = InFlight;
        while (before < _max)
        {
            int found = Interlocked.CompareExchange(ref _written.InFlight, before + 1, before);
            if (found == before)
            {
                NoteWait(before + 1, nowMs);
                return true;
            }
            before = found;
        }
        return false;
    }

    /// <summary>A request ended, with any result.</summary>
    public void Leave() => Interlocked.Decrement(ref _written.InFlight);

    /// <summary>A response's head was received. Concurrent updates may overwrite each other, which loses one sample of many.</summary>
    /// <param name="tookMicros">Time since its request was sent, in microseconds.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds: the same clock for all workers.</param>
    public void OnResponse(double tookMicros, long nowMs)
    {
        double before = LatencyMicros;
        double peak = Volatile.Read(ref _written.Peak);
        // Responses at the same millisecond have no time between them, but each must count.
        double weight = before == 0 ? 0
            // Avoids an exponential for each response of a busy server: it would be the larger of the two.
            : nowMs - RespondedAt < LatencyMemoryMs * MinSampleWeight ? 1 - MinSampleWeight
            : nowMs - RespondedAt >= ForgottenAfterMs ? 0
            : Math.Min(Kept(nowMs), 1 - MinSampleWeight);
        Volatile.Write(ref _written.Latency, before * weight + tookMicros * (1 - weight));
        Volatile.Write(ref _written.Peak, tookMicros > peak ? tookMicros : peak * weight + tookMicros * (1 - weight));
        Volatile.Write(ref _written.RespondedAt, nowMs);
        Volatile.Write(ref _written.WaitsSince, NotWaiting);
    }

    /// <summary>
    /// Starts the slow start. It runs by the clock, with or without requests: a server is cold because it missed traffic, and one that has been
    /// healthy for longer than the ramp is not new just because it got no requests. Any thread.
    /// </summary>
    /// <param name="nowMs">The workers' clock.</param>
    /// <param name="rampMs">Length of the ramp in milliseconds; 0 for none.</param>
    public void StartSlowly(long nowMs, long rampMs)
    {
        _startsSlowly = false;
        Volatile.Write(ref _rampMs, rampMs);
        Volatile.Write(ref _rampEnds, nowMs + rampMs);
    }

    /// <summary>The server is down or not in use yet: its slow start begins when it takes requests (again). Any thread.</summary>
    internal void StartSlowlyLater() => _startsSlowly = true;

    /// <summary>The server takes requests from now on: begins a pending slow start.</summary>
    /// <inheritdoc cref="StartSlowly"/>
    internal void Begin(long nowMs, long rampMs)
    {
        if (_startsSlowly)
        {
            StartSlowly(nowMs, rampMs);
        }
    }

    /// <summary>A ping has started: until it or a request is answered, no request checks the server. Any thread.</summary>
    public void Pinging(long nowMs) => Volatile.Write(ref _pingedAt, nowMs);

    /// <summary>The ping has ended, answered or not. Any thread.</summary>
    public void EndPing() => Volatile.Write(ref _pingedAt, 0);

    /// <summary>
    /// A probe was answered, so the server accepts requests again: the next request checks it, and others follow only after its response. False,
    /// without effect, if the server is not suspect.
    /// </summary>
    public bool TryAgain(long nowMs)
    {
        long since = Volatile.Read(ref _written.WaitsSince);
        return IsSuspect(nowMs)
            // A response received meanwhile takes precedence.
            && Interlocked.CompareExchange(ref _written.WaitsSince, nowMs - (long)SuspectAfterMs - LookAgainMs - 1, since) == since;
    }

    /// <summary>The part of its share that it gets now, 0 to 1.</summary>
    /// <param name="floor">The part at the start of the ramp.</param>
    /// <param name="nowMs">The worker's clock.</param>
    internal double RampShare(double floor, long nowMs)
    {
        long left = Volatile.Read(ref _rampEnds) - nowMs;
        return left <= 0 ? 1 : 1 - (1 - floor) * Math.Min(1, (double)left / Math.Max(1, Volatile.Read(ref _rampMs)));
    }

    /// <summary>A ping is in progress, and no request has been answered since it started.</summary>
    private bool IsPinged => Volatile.Read(ref _pingedAt) is not 0 and var since && RespondedAt <= since;

    private bool IsSuspectAfter(long waitsMs) => InFlight > 0 && waitsMs > SuspectAfterMs && waitsMs - SuspectAfterMs < LookAgainMs;

    private double SuspectAfterMs => Math.Max(MinSuspectAfterMs, SuspectAfterLatencies * LatencyMicros / 1000);

    /// <summary>
    /// Notes since when a response is outstanding: since the server's last response. (Requests already in flight at that time count from the next
    /// request on.)
    /// </summary>
    private void NoteWait(int inFlight, long nowMs)
    {
        long since = Volatile.Read(ref _written.WaitsSince);
        if (inFlight == 1 || since == NotWaiting)
        {
            Volatile.Write(ref _written.WaitsSince, nowMs);
        }
        else if (nowMs - since > MinSuspectAfterMs && nowMs - since - SuspectAfterMs >= LookAgainMs)
        {
            // The recheck time is over: this one request checks the server.
            Volatile.Write(ref _written.WaitsSince, nowMs - (long)SuspectAfterMs - 1);
        }
    }

    private double Fade(double latency, long idleMs, double otherwise)
    {
        double trust = InFlight > 0 ? 1 : Math.Max(0, 2 - (double)idleMs / StaleAfterMs);
        return otherwise + (latency - otherwise) * trust;
    }

    /// <summary>The remaining weight of the last sample.</summary>
    private double Kept(long nowMs) => Math.Exp(-Math.Max(0, nowMs - RespondedAt) / LatencyMemoryMs);

    [StructLayout(LayoutKind.Explicit, Size = 2 * CacheLines.Apart)]
    private struct Written
    {
        [FieldOffset(CacheLines.Apart)]
        public int InFlight;

        [FieldOffset(CacheLines.Apart + 8)]
        public double Latency;

        [FieldOffset(CacheLines.Apart + 16)]
        public long RespondedAt;

        [FieldOffset(CacheLines.Apart + 24)]
        public double Peak;

        /// <summary>When the first request since the last response was admitted; <see cref="NotWaiting"/> if none was.</summary>
        [FieldOffset(CacheLines.Apart + 32)]
        public long WaitsSince;
    }
}

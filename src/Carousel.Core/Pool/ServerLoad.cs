using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Carousel.Core.Health;

namespace Carousel.Core.Pool;

/// <summary>
/// What all workers share of one server while they pick: how many requests it has and may have, how fast it answers, and what keeps it from more. Lives as long as its
/// <see cref="Server"/>, whatever is published meanwhile. Any thread; what every request writes is off the cache lines of what is only read.
/// </summary>
/// <remarks>
/// One exact count for all workers, not one for each: <c>max=</c> can't be held otherwise, and a policy would have to add up as many lines as there are
/// workers. A request pays two interlocked operations.
/// </remarks>
public sealed class ServerLoad
{
    private Written _written;
    private volatile int _max = int.MaxValue;
    private CircuitBreaker _breaker;

    /// <summary>When its slow start is over, in the workers' milliseconds; 0 if it had none.</summary>
    private long _rampEnds;
    private long _rampMs;
    private volatile bool _startsSlowly;

    /// <summary>Since when a ping of it is under way that nothing has answered, in the workers' milliseconds; 0 if none is.</summary>
    private long _pingedAt;

    /// <summary>A server that owes an answer is given this long, at least, before others are preferred.</summary>
    internal const int MinSuspectAfterMs = 1_000;

    /// <summary>So many times its usual latency it is given, if that is longer: servers of long polls are not stuck.</summary>
    internal const int SuspectAfterLatencies = 8;

    /// <summary>After this long, one request finds out whether a server is still stuck: it might be that nobody asked it meanwhile.</summary>
    internal const int LookAgainMs = 10_000;

    /// <summary>So long a latency is good for that nothing has confirmed.</summary>
    internal const int StaleAfterMs = 10_000;

    /// <summary>After this long it is good for nothing.</summary>
    internal const int ForgottenAfterMs = 2 * StaleAfterMs;

    /// <summary>Nothing is owed.</summary>
    private const long NotWaiting = long.MaxValue;

    /// <summary>The time in which an old latency loses all but 1/e of its weight: long enough to be smooth, short enough to see a server turn slow.</summary>
    private const double LatencyMemoryMs = 5_000;

    /// <summary>The least share that one answer has in the average.</summary>
    private const double MinSampleWeight = 1.0 / 64;

    /// <summary>Requests in flight: picked, and not given back.</summary>
    public int InFlight => Volatile.Read(ref _written.InFlight);

    /// <summary>Most requests in flight at once; <see cref="int.MaxValue"/> for no limit.</summary>
    public int Max
    {
        get => _max;
        internal set => _max = value;
    }

    /// <summary>
    /// How long an answer's head is waited for, in microseconds: an average that forgets by time (EWMA). 0 before the first answer.
    /// </summary>
    public double LatencyMicros => Volatile.Read(ref _written.Latency);

    /// <summary>
    /// The same for a choice between servers: what is known of one that is idle, and has answered nothing for <see cref="StaleAfterMs"/>, is worth less and less,
    /// and after as long again nothing. A server that was slow would be asked too seldom to show that it is not any more.
    /// </summary>
    /// <param name="otherwise">What is assumed of a server of which nothing is known.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal double LatencyOr(double otherwise, long nowMs)
    {
        double latency = LatencyMicros;
        long idleMs = nowMs - RespondedAt;
        return latency == 0 ? otherwise : idleMs <= StaleAfterMs ? latency : Fade(latency, idleMs, otherwise);
    }

    /// <summary>
    /// The same with a memory for bad news: a slow answer counts at once and in full, and is then forgotten by time, whether others come or not
    /// (the peak EWMA of Twitter's Finagle). 0 before the first answer.
    /// </summary>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    public double PeakMicros(long nowMs) => Volatile.Read(ref _written.Peak) * Kept(nowMs);

    /// <summary>True if its latency is known: an answer's head came, and it is not idle since so long ago that it may be another by now.</summary>
    internal bool IsKnown(long nowMs) => HasResponded && (nowMs - RespondedAt < ForgottenAfterMs || InFlight > 0);

    /// <summary>True once an answer's head came.</summary>
    public bool HasResponded => LatencyMicros != 0;

    /// <summary>When the last answer's head came, in the worker's milliseconds; 0 before the first.</summary>
    public long RespondedAt => Volatile.Read(ref _written.RespondedAt);

    /// <summary>What ejects it when its requests fail.</summary>
    public ref CircuitBreaker Breaker => ref _breaker;

    /// <summary>What its answers tell beside how long they took.</summary>
    public ServerReports Reports { get; } = new();

    /// <summary>True if there is room for one more, at this moment.</summary>
    public bool HasRoom => InFlight < _max;

    /// <summary>True if it may have one more: there is room, and it is not ejected.</summary>
    public bool MayTake(long nowMs) => HasRoom && _breaker.MayTake(nowMs);

    /// <summary>It was down or ejected, or is new, a while ago: it is to get its share little by little.</summary>
    public bool IsRamping(long nowMs) => Volatile.Read(ref _rampEnds) > nowMs;

    /// <summary>
    /// True if it has requests, and has not answered anything for much longer than it takes, or if a ping of it is not answered either: it may be stopped, its
    /// kernel goes on taking connections. Others are to be preferred, no more: it may only be slow.
    /// </summary>
    public bool IsSuspect(long nowMs)
    {
        long waitsMs = nowMs - Volatile.Read(ref _written.WaitsSince);
        return (waitsMs > MinSuspectAfterMs && IsSuspectAfter(waitsMs)) || IsPinged;
    }

    /// <summary>As <see cref="IsSuspect"/>, for as long as it owes an answer: also when a request is to find out.</summary>
    public bool IsSilent(long nowMs)
    {
        long waitsMs = nowMs - Volatile.Read(ref _written.WaitsSince);
        return (waitsMs > MinSuspectAfterMs && InFlight > 0 && waitsMs > SuspectAfterMs) || IsPinged;
    }

    /// <summary>Takes one more request on, to be given back by <see cref="Leave"/>; false if there is no room, or it is ejected.</summary>
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
    /// As <see cref="TryEnter"/>, though it may be ejected: there is nobody else. The count is never too high, not for an instant: else
    /// another request could find no room where there is some, and wait for a release that was before. Repeats only when another thread changed the count.
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

    /// <summary>A request is over, whatever became of it.</summary>
    public void Leave() => Interlocked.Decrement(ref _written.InFlight);

    /// <summary>An answer's head came. Workers may overwrite one another's news: what is lost is one sample of many.</summary>
    /// <param name="tookMicros">Since its request was sent, in microseconds.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds: the same clock for all workers.</param>
    public void OnResponse(double tookMicros, long nowMs)
    {
        double before = LatencyMicros;
        double peak = Volatile.Read(ref _written.Peak);
        // Answers that come at one moment have no time between them, but each says something.
        double weight = before == 0 ? 0
            // No exponential for each answer of a busy server: of the two it is the larger one.
            : nowMs - RespondedAt < LatencyMemoryMs * MinSampleWeight ? 1 - MinSampleWeight
            : nowMs - RespondedAt >= ForgottenAfterMs ? 0
            : Math.Min(Kept(nowMs), 1 - MinSampleWeight);
        Volatile.Write(ref _written.Latency, before * weight + tookMicros * (1 - weight));
        Volatile.Write(ref _written.Peak, tookMicros > peak ? tookMicros : peak * weight + tookMicros * (1 - weight));
        Volatile.Write(ref _written.RespondedAt, nowMs);
        Volatile.Write(ref _written.WaitsSince, NotWaiting);
    }

    /// <summary>
    /// From now on it gets its share little by little. The clock runs from here, whether requests come or not: what makes a server cold is what it missed,
    /// and who has been well for longer than that is no newcomer because nobody came. Any thread.
    /// </summary>
    /// <param name="nowMs">The workers' clock.</param>
    /// <param name="rampMs">How long that takes, in milliseconds; 0 for no slow start.</param>
    public void StartSlowly(long nowMs, long rampMs)
    {
        _startsSlowly = false;
        Volatile.Write(ref _rampMs, rampMs);
        Volatile.Write(ref _rampEnds, nowMs + rampMs);
    }

    /// <summary>It is down or not in use yet: its slow start begins when it takes requests (again). Any thread.</summary>
    internal void StartSlowlyLater() => _startsSlowly = true;

    /// <summary>It takes requests from now on: its slow start begins, if one was announced.</summary>
    /// <inheritdoc cref="StartSlowly"/>
    internal void Begin(long nowMs, long rampMs)
    {
        if (_startsSlowly)
        {
            StartSlowly(nowMs, rampMs);
        }
    }

    /// <summary>A ping is under way: until it or a request is answered, no request is to find out whether the server is well. Any thread.</summary>
    public void Pinging(long nowMs) => Volatile.Write(ref _pingedAt, nowMs);

    /// <summary>The ping is over, answered or not. Any thread.</summary>
    public void EndPing() => Volatile.Write(ref _pingedAt, 0);

    /// <summary>
    /// A probe was answered, so somebody is there: whether they serve, the next request finds out, and others come only when that one is answered. False, and
    /// nothing happens, if the server is not suspect.
    /// </summary>
    public bool TryAgain(long nowMs)
    {
        long since = Volatile.Read(ref _written.WaitsSince);
        return IsSuspect(nowMs)
            // An answer that came meanwhile says more.
            && Interlocked.CompareExchange(ref _written.WaitsSince, nowMs - (long)SuspectAfterMs - LookAgainMs - 1, since) == since;
    }

    /// <summary>How much of its share it is to get now, from 0 to 1.</summary>
    /// <param name="floor">What it begins with.</param>
    /// <param name="nowMs">The worker's clock.</param>
    internal double RampShare(double floor, long nowMs)
    {
        long left = Volatile.Read(ref _rampEnds) - nowMs;
        return left <= 0 ? 1 : 1 - (1 - floor) * Math.Min(1, (double)left / Math.Max(1, Volatile.Read(ref _rampMs)));
    }

    /// <summary>A ping is under way, and no request has been answered since it began.</summary>
    private bool IsPinged => Volatile.Read(ref _pingedAt) is not 0 and var since && RespondedAt <= since;

    private bool IsSuspectAfter(long waitsMs) => InFlight > 0 && waitsMs > SuspectAfterMs && waitsMs - SuspectAfterMs < LookAgainMs;

    private double SuspectAfterMs => Math.Max(MinSuspectAfterMs, SuspectAfterLatencies * LatencyMicros / 1000);

    /// <summary>
    /// Notes from when on an answer is owed: since the server last answered. (Requests that it had then and still has begin to count with the next one.)
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
            // It has had long enough; this one request finds out.
            Volatile.Write(ref _written.WaitsSince, nowMs - (long)SuspectAfterMs - 1);
        }
    }

    private double Fade(double latency, long idleMs, double otherwise)
    {
        double trust = InFlight > 0 ? 1 : Math.Max(0, 2 - (double)idleMs / StaleAfterMs);
        return otherwise + (latency - otherwise) * trust;
    }

    /// <summary>What is left now of the weight that the last answer had.</summary>
    private double Kept(long nowMs) => Math.Exp(-Math.Max(0, nowMs - RespondedAt) / LatencyMemoryMs);

    [StructLayout(LayoutKind.Explicit, Size = 2 * Apart)]
    private struct Written
    {
        // Two lines of x64 (it fetches them in pairs), one of the larger arm64 cores.
        private const int Apart = 128;

        [FieldOffset(Apart)]
        public int InFlight;

        [FieldOffset(Apart + 8)]
        public double Latency;

        [FieldOffset(Apart + 16)]
        public long RespondedAt;

        [FieldOffset(Apart + 24)]
        public double Peak;

        /// <summary>When the request came that was the first since the last answer; <see cref="NotWaiting"/> if none did.</summary>
        [FieldOffset(Apart + 32)]
        public long WaitsSince;
    }
}

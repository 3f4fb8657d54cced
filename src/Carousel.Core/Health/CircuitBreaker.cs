using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Carousel.Core.Memory;

namespace Carousel.Core.Health;

/// <summary>
/// Ejects a server when N hard failures occur in a row, or when more than half of the requests in a window fail. After the ejection time one trial
/// request is admitted: success closes the circuit, failure ejects the server for twice as long. States and transitions: docs/STATES.md. Any thread,
/// lock-free; allocates nothing; times are the workers' milliseconds. A struct inside the server's load, not to be copied: a pick that
/// checks many servers saves one memory access for each.
/// </summary>
/// <remarks>
/// While nothing fails, a request costs one read of <see cref="Epoch"/> and a comparison; nothing is written. Requests are counted only from a
/// failure on, for <see cref="WindowMs"/>; after that the next failure starts a new window.
/// </remarks>
[StructLayout(LayoutKind.Explicit)]
public struct CircuitBreaker
{
    /// <summary>Length of the counting window, from its first failure.</summary>
    internal const int WindowMs = 10_000;

    /// <summary>Minimum number of requests in a window for a failure rate.</summary>
    internal const int LeastRequests = 20;

    /// <summary>After a server has been back for this long, its next ejection counts as the first.</summary>
    internal const int ForgetAfterMs = 60_000;

    /// <summary>After this time (a slow upload, for example) another trial is admitted.</summary>
    internal const int LongestTrialMs = 60_000;

    [FieldOffset(CacheLines.Apart)]
    private long _epoch;

    /// <summary>Value of <see cref="_failures"/> while the server is back by a probe and no request has confirmed it yet.</summary>
    private const int OnProbation = -1;

    /// <summary>When the window ends; 0 while nothing is counted. Hard failures in a row are counted only while it is set.</summary>
    [FieldOffset(CacheLines.Apart + 8)]
    private long _windowEnds;

    // Written by every response in a window, so apart from what picks read. That is last, near what they read next.
    [FieldOffset(0)]
    private int _requests;

    [FieldOffset(4)]
    private int _failures;

    [FieldOffset(8)]
    private int _inARow;

    /// <summary>A request reads this when it is admitted, and passes it with its result.</summary>
    public readonly long Epoch => Volatile.Read(in _epoch);

    /// <summary>The current state.</summary>
    public readonly CircuitState State => new CircuitEpoch(Epoch).State;

    /// <summary>Hard failures in a row, without a success between them.</summary>
    internal readonly int InARow => Volatile.Read(in _inARow);

    /// <summary>Requests and failures in the window.</summary>
    internal readonly (int Requests, int Failures) Counted => (Volatile.Read(in _requests), Volatile.Read(in _failures));

    /// <summary>True if one failure is enough to eject: the server is back by a probe and no request has confirmed it yet.</summary>
    internal readonly bool IsOnProbation(long nowMs) => Volatile.Read(in _failures) == OnProbation && nowMs < Volatile.Read(in _windowEnds);

    /// <summary>True if the request with this epoch is its server's trial.</summary>
    public static bool IsTrial(long epoch) => new CircuitEpoch(epoch).State == CircuitState.HalfOpen;

    /// <summary>True if the server may take a request: it is not ejected, or a trial is due.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool MayTake(long nowMs)
    {
        var epoch = new CircuitEpoch(Epoch);
        return epoch.State == CircuitState.Closed || nowMs >= epoch.TimeMs;
    }

    /// <summary>When an ejected server's next trial is due, in the workers' milliseconds; <see cref="long.MaxValue"/> if it is not ejected.</summary>
    public readonly long TrialAt => new CircuitEpoch(Epoch) is { State: not CircuitState.Closed } epoch ? epoch.TimeMs : long.MaxValue;

    /// <summary>As <see cref="MayTake"/>, for a request that is sent now: of several concurrent ones, one becomes the trial.</summary>
    internal bool TryEnter(long nowMs)
    {
        var epoch = new CircuitEpoch(Epoch);
        return epoch.State == CircuitState.Closed
            || (nowMs >= epoch.TimeMs && TryMove(epoch, CircuitState.HalfOpen, epoch.Level, nowMs + LongestTrialMs));
    }

    /// <summary>A request succeeded. True if it was the trial and closed the circuit.</summary>
    internal bool Succeeded(long epoch, long nowMs)
    {
        var noted = new CircuitEpoch(epoch);
        if (noted.State == CircuitState.Closed)
        {
            if (Volatile.Read(ref _windowEnds) != 0 && epoch == Epoch)
            {
                CountSuccess(nowMs);
            }
            return false;
        }
        return noted.State == CircuitState.HalfOpen && TryMove(noted, CircuitState.Closed, noted.Level, nowMs);
    }

    /// <summary>A request failed because of the server. True if the server should be ejected, by <see cref="Open"/>, if the pool can spare it.</summary>
    /// <param name="epoch">The request's epoch.</param>
    /// <param name="isHard">There was no response at all.</param>
    /// <param name="inARow">Number of hard failures in a row that eject the server.</param>
    /// <param name="nowMs">The worker's clock.</param>
    internal bool Failed(long epoch, bool isHard, int inARow, long nowMs)
    {
        if (epoch != Epoch)
        {
            return false;
        }
        switch (new CircuitEpoch(epoch).State)
        {
            case CircuitState.HalfOpen:
                return true;
            case CircuitState.Open:
                // Sent to an ejected server because no other was available.
                return false;
            case CircuitState.Closed when IsOnProbation(nowMs):
                return true;
            default:
                Count(nowMs, failed: true);
                bool tooMany = isHard && Interlocked.Increment(ref _inARow) >= inARow;
                (int requests, int failures) = Counted;
                return tooMany || (requests >= LeastRequests && failures * 2L > requests);
        }
    }

    /// <summary>
    /// Ejects the server, or extends the ejection after a failed trial. Returns the ejection time in milliseconds; 0 if the circuit has changed state
    /// since.
    /// </summary>
    internal long Open(long epoch, OutlierOptions options, long nowMs)
    {
        var noted = new CircuitEpoch(epoch);
        bool isFirst = noted.State == CircuitState.Closed && nowMs - noted.TimeMs >= ForgetAfterMs;
        int level = isFirst ? 1 : noted.Level + 1;
        double first = options.FirstTime.TotalMilliseconds;
        double longest = Math.Max(first, OutlierOptions.LongestTime.TotalMilliseconds);
        long time = (long)Math.Min(longest, first * Math.Pow(2, level - 1));
        if (!TryMove(noted, CircuitState.Open, level, nowMs + time))
        {
            return 0;
        }
        StartCounting();
        return time;
    }

    /// <summary>The trial ended without a result about the server (the client aborted, for example): the next request becomes the trial.</summary>
    internal void GiveUpTrial(long epoch, long nowMs)
    {
        var noted = new CircuitEpoch(epoch);
        TryMove(noted, CircuitState.Open, noted.Level, nowMs);
    }

    /// <summary>
    /// A probe succeeded: this ends an ejection whose time is over. A probe proves less than a request, so the first failed request ejects the server
    /// again, for twice as long. True if the circuit was closed.
    /// </summary>
    internal bool TryReturn(long nowMs)
    {
        var now = new CircuitEpoch(Epoch);
        bool isDue = now.State == CircuitState.HalfOpen || (now.State == CircuitState.Open && nowMs >= now.TimeMs);
        if (!isDue || !TryMove(now, CircuitState.Closed, now.Level, nowMs))
        {
            return false;
        }
        Volatile.Write(ref _inARow, 0);
        Volatile.Write(ref _failures, OnProbation);
        Volatile.Write(ref _windowEnds, nowMs + WindowMs);
        return true;
    }

    /// <summary>Resets the circuit: probes found the server healthy, so results of earlier requests are discarded.</summary>
    internal void Reset()
    {
        var now = new CircuitEpoch(Epoch);
        if (now.State != CircuitState.Closed)
        {
            TryMove(now, CircuitState.Closed, level: 0, timeMs: 0);
        }
        StartCounting();
    }

    /// <summary>Discards the counts.</summary>
    internal void StartCounting()
    {
        Volatile.Write(ref _inARow, 0);
        Volatile.Write(ref _windowEnds, 0);
    }

    private void CountSuccess(long nowMs)
    {
        if (IsOnProbation(nowMs))
        {
            StartCounting();
            return;
        }
        Count(nowMs, failed: false);
        if (Volatile.Read(ref _inARow) != 0)
        {
            Volatile.Write(ref _inARow, 0);
        }
    }

    private bool TryMove(CircuitEpoch from, CircuitState state, int level, long timeMs) =>
        Interlocked.CompareExchange(ref _epoch, from.Next(state, level, timeMs).Word, from.Word) == from.Word;

    /// <summary>Two workers that start a window at the same time may lose counts; a rate needs many, so this is harmless.</summary>
    private void Count(long nowMs, bool failed)
    {
        if (nowMs >= Volatile.Read(ref _windowEnds))
        {
            if (!failed)
            {
                Volatile.Write(ref _windowEnds, 0);
                return;
            }
            Volatile.Write(ref _requests, 0);
            Volatile.Write(ref _failures, 0);
            Volatile.Write(ref _windowEnds, nowMs + WindowMs);
        }
        Interlocked.Increment(ref _requests);
        if (failed)
        {
            Interlocked.Increment(ref _failures);
        }
    }
}

using System.Runtime.CompilerServices;

namespace Carousel.Core.Health;

/// <summary>
/// Watches what becomes of one server's requests, and ejects it (a circuit breaker): when several fail in a row, or most of a while do. After a time one
/// request is let through, its trial; that decides whether the server is back or stays out for twice as long. States and transitions: docs/STATES.md.
/// Any thread, without a lock; allocates nothing; times are the workers' milliseconds. Part of a <see cref="Pool.ServerLoad"/>, not to be copied: a pick
/// that looks at many servers has one place in memory less to fetch for each.
/// </summary>
/// <remarks>
/// As long as nothing fails, a request costs the reading of <see cref="Epoch"/> and a comparison; nothing is written. Requests are counted only while there
/// is something to compare them with: from a failure on, for <see cref="WindowMs"/>, after which the next failure begins anew.
/// </remarks>
public struct CircuitBreaker
{
    /// <summary>How long failures are counted, from the first on.</summary>
    internal const int WindowMs = 10_000;

    /// <summary>Fewer requests than this make no rate.</summary>
    internal const int LeastRequests = 20;

    /// <summary>Back for so long, a server's next ejection is a first one.</summary>
    internal const int ForgetAfterMs = 60_000;

    /// <summary>A trial that takes longer (a slow upload, say) is given up for another.</summary>
    internal const int LongestTrialMs = 60_000;

    private long _epoch;

    /// <summary>In the place of failures: the server is back by a probe, and no request has told of it yet.</summary>
    private const int OnProbation = -1;

    /// <summary>When the counts end; 0 while nothing is counted. Failures in a row are counted too as long as it is set.</summary>
    private long _windowEnds;
    private int _requests, _failures, _inARow;

    /// <summary>What a request notes when it is taken on, to be given with what becomes of it.</summary>
    public readonly long Epoch => Volatile.Read(in _epoch);

    /// <summary>The state now.</summary>
    public readonly CircuitState State => new CircuitEpoch(Epoch).State;

    /// <summary>Hard failures in a row, as long as they are counted.</summary>
    internal readonly int InARow => Volatile.Read(in _inARow);

    /// <summary>Requests and failures of the window.</summary>
    internal readonly (int Requests, int Failures) Counted => (Volatile.Read(in _requests), Volatile.Read(in _failures));

    /// <summary>True if the first failure is enough: the server is back by a probe, and no request has told of it yet.</summary>
    internal readonly bool IsOnProbation(long nowMs) => Volatile.Read(in _failures) == OnProbation && nowMs < Volatile.Read(in _windowEnds);

    /// <summary>True if a request with this mark is its server's trial.</summary>
    public static bool IsTrial(long epoch) => new CircuitEpoch(epoch).State == CircuitState.HalfOpen;

    /// <summary>True if the server may get a request: it is not ejected, or its trial is due.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool MayTake(long nowMs)
    {
        var epoch = new CircuitEpoch(Epoch);
        return epoch.State == CircuitState.Closed || nowMs >= epoch.TimeMs;
    }

    /// <summary>When an ejected server's trial is due, in the workers' milliseconds; <see cref="long.MaxValue"/> if it is not ejected.</summary>
    public readonly long TrialAt => new CircuitEpoch(Epoch) is { State: not CircuitState.Closed } epoch ? epoch.TimeMs : long.MaxValue;

    /// <summary>As <see cref="MayTake"/>, for a request that is sent there now: of several at once, one is the trial.</summary>
    internal bool TryEnter(long nowMs)
    {
        var epoch = new CircuitEpoch(Epoch);
        return epoch.State == CircuitState.Closed
            || (nowMs >= epoch.TimeMs && TryMove(epoch, CircuitState.HalfOpen, epoch.Level, nowMs + LongestTrialMs));
    }

    /// <summary>A request was answered well. True if that was the trial, and the server is back.</summary>
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

    /// <summary>A request failed by the server's fault. True if that is reason enough to eject it: by <see cref="Open"/>, if the pool can do without it.</summary>
    /// <param name="epoch">What the request noted.</param>
    /// <param name="isHard">There was no answer at all.</param>
    /// <param name="inARow">So many hard ones in a row are enough.</param>
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
                // Asked all the same, because there was nobody else.
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

    /// <summary>Ejects the server, or keeps it out when its trial has failed: the time in milliseconds, 0 if the circuit breaker has gone on since.</summary>
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

    /// <summary>The trial ended and said nothing of the server (its client left, say): the next request is one.</summary>
    internal void GiveUpTrial(long epoch, long nowMs)
    {
        var noted = new CircuitEpoch(epoch);
        TryMove(noted, CircuitState.Open, noted.Level, nowMs);
    }

    /// <summary>
    /// A probe went well: that ends an ejection whose time is over. It says less than a request would, so the first request that fails ejects the server again,
    /// for twice as long. True if the server is back by it.
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

    /// <summary>Probes say that it is well again: what its requests came to before is of no interest any more.</summary>
    internal void Reset()
    {
        var now = new CircuitEpoch(Epoch);
        if (now.State != CircuitState.Closed)
        {
            TryMove(now, CircuitState.Closed, level: 0, timeMs: 0);
        }
        StartCounting();
    }

    /// <summary>What was counted is of no interest any more.</summary>
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
        Volatile.Write(ref _inARow, 0);
    }

    private bool TryMove(CircuitEpoch from, CircuitState state, int level, long timeMs) =>
        Interlocked.CompareExchange(ref _epoch, from.Next(state, level, timeMs).Word, from.Word) == from.Word;

    /// <summary>Two workers that begin a window at once may lose a count to each other: it takes many to make a rate.</summary>
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

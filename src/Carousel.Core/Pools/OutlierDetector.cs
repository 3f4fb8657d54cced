using Carousel.Core.Events;
using Carousel.Core.Health;
using Carousel.Core.Policies;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Core.Pools;

/// <summary>
/// Feeds the results of requests to the circuit breakers of a pool, and limits ejections across the pool: a server is ejected only if the pool can
/// spare it. The last server that takes requests is never ejected. For timeouts, stalls and statuses, which may have a shared cause, at most half of
/// the servers are ejected. Any thread; a lock is taken only to eject.
/// </summary>
/// <param name="pool">The servers.</param>
/// <param name="log">Receives ejections and returns.</param>
public sealed class OutlierDetector(Pool pool, FailureLog log)
{
    private readonly OutlierOptions _options = pool.Options.Outliers;
    private readonly Lock _gate = new();

    /// <summary>A server responded to a request.</summary>
    /// <param name="server">The server.</param>
    /// <param name="epoch">Its circuit breaker's epoch when the request was admitted.</param>
    /// <param name="status">Status of the response.</param>
    /// <param name="nowMs">The worker's clock.</param>
    public void OnResponse(Server server, long epoch, int status, long nowMs)
    {
        if (!_options.IsOn)
        {
            return;
        }
        if (_options.Statuses.Contains(status))
        {
            Fail(server, epoch, new Fault(FailureReason.None, status, IsHard: false, IsShared: true), nowMs);
        }
        else if (server.Load.Breaker.Succeeded(epoch, nowMs))
        {
            server.Load.Breaker.StartCounting();
            server.Load.StartSlowly(nowMs, (long)pool.Options.SlowStart.TotalMilliseconds);
            log.Write(new ServerNews(server, FailureReason.None, status, 0, 0, EjectedMs: 0));
        }
    }

    /// <summary>A request failed. Ignored if the client or the balancer is the cause.</summary>
    /// <inheritdoc cref="OnResponse"/>
    public void OnFailure(Server server, long epoch, FailureReason reason, long nowMs)
    {
        if (_options.IsOn && Fault.Of(reason) is { } fault)
        {
            Fail(server, epoch, fault, nowMs);
        }
    }

    /// <summary>A request ended. If it was its server's trial and had no result, the next request becomes the trial.</summary>
    public static void GiveBack(Server server, long epoch, long nowMs)
    {
        if (CircuitBreaker.IsTrial(epoch))
        {
            server.Load.Breaker.GiveUpTrial(epoch, nowMs);
        }
    }

    private void Fail(Server server, long epoch, in Fault fault, long nowMs)
    {
        ref CircuitBreaker breaker = ref server.Load.Breaker;
        bool isTrial = CircuitBreaker.IsTrial(epoch);
        bool isFirst = isTrial || breaker.IsOnProbation(nowMs);
        if (!breaker.Failed(epoch, fault.IsHard, _options.Failures, nowMs))
        {
            return;
        }
        bool isRow = fault.IsHard && breaker.InARow >= _options.Failures;
        (int requests, int failures) = isFirst ? (0, 1) : isRow ? (0, breaker.InARow) : breaker.Counted;
        long ejectedMs;
        lock (_gate)
        {
            if (!isTrial && !CanDoWithout(server, fault.IsShared))
            {
                // Restart the count, so that the pool is not checked again on each further failure.
                breaker.StartCounting();
                return;
            }
            ejectedMs = breaker.Open(epoch, _options, nowMs);
        }
        if (ejectedMs != 0)
        {
            server.LastEjection = new Ejection(fault.Reason, fault.Status, failures, requests, nowMs, ejectedMs);
            log.Write(new ServerNews(server, fault.Reason, fault.Status, failures, requests, ejectedMs));
        }
    }

    /// <summary>Checks all servers; called only when one is about to be ejected.</summary>
    private bool CanDoWithout(Server server, bool isShared)
    {
        PoolSnapshot now = pool.Current;
        int others = Closed(now.Primary, server) + Closed(now.Backup, server);
        if (!isShared || others == 0)
        {
            return others > 0;
        }
        Candidates itsKind = server.Entry.Backup ? now.Backup : now.Primary;
        int outWithIt = itsKind.Servers.Length - Closed(itsKind, server);
        return !now.TakesNewTraffic(server) || outWithIt * 2 <= itsKind.Servers.Length;
    }

    private static int Closed(Candidates candidates, Server but)
    {
        int closed = 0;
        foreach (Server server in candidates.Servers)
        {
            if (!ReferenceEquals(server, but) && server.Load.Breaker.State == CircuitState.Closed)
            {
                closed++;
            }
        }
        return closed;
    }

    /// <summary>A failure attributed to the server.</summary>
    /// <param name="Reason">None for a status.</param>
    /// <param name="Status">0 for a reason.</param>
    /// <param name="IsHard">No response at all: counts towards failures in a row.</param>
    /// <param name="IsShared">May have a cause that servers share (a database, the load): at most half of them are ejected for it.</param>
    private readonly record struct Fault(FailureReason Reason, int Status, bool IsHard, bool IsShared)
    {
        public static Fault? Of(FailureReason reason) => reason switch
        {
            FailureReason.ConnectRefused or FailureReason.ConnectTimeout or FailureReason.ConnectFailed or FailureReason.ServerClosed =>
                new Fault(reason, 0, IsHard: true, IsShared: false),
            FailureReason.AnswerTimeout or FailureReason.ServerStalled => new Fault(reason, 0, IsHard: true, IsShared: true),
            // One URL of the application may cause these, so a single client could trigger them: they count in the rate only.
            FailureReason.BadAnswer or FailureReason.AnswerCutShort => new Fault(reason, 0, IsHard: false, IsShared: false),
            _ => null,
        };
    }
}

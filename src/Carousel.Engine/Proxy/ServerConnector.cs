using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;

namespace Carousel.Engine.Proxy;

/// <summary>
/// Opens a connection to a server. Addresses are tried as in RFC 8305 section 5: an attempt begins when the previous one has failed, or has not connected
/// within a short delay. The first to connect wins and the others are closed. All attempts share one timeout. Reusable; its own worker's thread only.
/// </summary>
/// <param name="upstreams">Where connections come from and go to.</param>
/// <param name="owner">Notified when an attempt may have ended. It then calls <see cref="OnReady"/>.</param>
internal sealed class ServerConnector(UpstreamPool upstreams, IConnectionOwner owner)
{
    private Server _server = null!;
    private ImmutableArray<IPEndPoint> _endPoints;
    private AddressOrder _addresses;
    private long _timeoutMs;

    /// <summary>The attempts in progress, newest first.</summary>
    private Http1ServerConnection? _attempts;

    /// <summary>When connecting to this server is given up, whatever is in progress; in the worker's milliseconds.</summary>
    private long _endsAt;

    /// <summary>The most specific failure of the attempts so far.</summary>
    private FailureReason _reason;
    private int _errno;

    /// <summary>While in progress: when to call <see cref="OnDeadline"/>, in the worker's milliseconds. The next attempt is due then, or the timeout expires.</summary>
    public long DueAt { get; private set; }

    /// <summary>Starts to connect. None of its connections may be in progress.</summary>
    /// <param name="server">The server. The address that connects is remembered there.</param>
    /// <param name="endPoints">Its addresses; at least one.</param>
    /// <param name="timeoutMs">For all addresses together.</param>
    /// <param name="nowMs">The worker's clock.</param>
    public ConnectResult Begin(Server server, ImmutableArray<IPEndPoint> endPoints, long timeoutMs, long nowMs)
    {
        _server = server;
        _endPoints = endPoints;
        _addresses = new AddressOrder(endPoints, server.WorkedLast);
        _timeoutMs = timeoutMs;
        _endsAt = nowMs + timeoutMs;
        _reason = FailureReason.None;
        _errno = 0;
        return ConnectToNext(nowMs);
    }

    /// <summary>An attempt may have ended.</summary>
    public ConnectResult OnReady(long nowMs)
    {
        bool failed = false;
        Http1ServerConnection? before = null;
        Http1ServerConnection? attempt = _attempts;
        while (attempt is not null)
        {
            Http1ServerConnection? next = attempt.NextAttempt;
            if (!attempt.Stream.Writable)
            {
                before = attempt;
                attempt = next;
                continue;
            }
            (before is null ? ref _attempts : ref before.NextAttempt) = next;
            attempt.NextAttempt = null;
            int result = attempt.ConnectResult();
            if (result == 0)
            {
                return Connected(attempt);
            }
            failed = true;
            NoteFailure(ReasonOf(-result), -result);
            upstreams.Close(attempt);
            attempt = next;
        }
        return failed ? ConnectToNext(nowMs) : ConnectResult.InProgress;
    }

    /// <summary><see cref="DueAt"/> has passed.</summary>
    public ConnectResult OnDeadline(long nowMs)
    {
        if (_addresses.HasNext && nowMs < _endsAt)
        {
            return ConnectToNext(nowMs);
        }
        Close();
        NoteFailure(FailureReason.ConnectTimeout, 0);
        return Failed();
    }

    /// <summary>Closes all attempts in progress.</summary>
    public void Close()
    {
        while (_attempts is { } attempt)
        {
            _attempts = attempt.NextAttempt;
            attempt.NextAttempt = null;
            upstreams.Close(attempt);
        }
    }

    private ConnectResult ConnectToNext(long nowMs)
    {
        while (_addresses.HasNext)
        {
            IPEndPoint endPoint = _addresses.Take();
            Http1ServerConnection attempt = upstreams.Rent();
            int result = attempt.Connect(_server, endPoint, owner);
            if (Errno.IsOutOfResources(-result) && upstreams.CloseKept())
            {
                // Idle kept connections must not make a request fail for lack of descriptors.
                result = attempt.Connect(_server, endPoint, owner);
            }
            if (result == 0)
            {
                return Connected(attempt);
            }
            if (result == -Errno.EINPROGRESS)
            {
                attempt.NextAttempt = _attempts;
                _attempts = attempt;
                break;
            }
            upstreams.Return(attempt);
            NoteFailure(ReasonOf(-result), -result);
        }
        if (_attempts is null)
        {
            return Failed();
        }
        DueAt = _addresses.HasNext ? Math.Min(_endsAt, nowMs + AddressOrder.Delay(_timeoutMs, _endPoints.Length)) : _endsAt;
        return ConnectResult.InProgress;
    }

    private ConnectResult Connected(Http1ServerConnection attempt)
    {
        Close();
        if (_endPoints.Length > 1)
        {
            _server.Worked(attempt.EndPoint);
        }
        return ConnectResult.Connected(attempt);
    }

    private ConnectResult Failed()
    {
        if (_reason != FailureReason.OutOfResources)
        {
            _server.NoteUnreachable();
        }
        return ConnectResult.Failed(_reason, _errno);
    }

    /// <summary>Keeps the first of the most specific failures: an address of an unreachable family must not hide why the other one failed.</summary>
    private void NoteFailure(FailureReason reason, int errno)
    {
        if (Weight(reason) > Weight(_reason))
        {
            _reason = reason;
            _errno = errno;
        }
    }

    /// <summary>How specific a failure is: own resource exhaustion, then refused, then timeout, then no route.</summary>
    private static int Weight(FailureReason reason) => reason switch
    {
        FailureReason.None => 0,
        FailureReason.ConnectTimeout => 2,
        FailureReason.ConnectRefused => 3,
        FailureReason.OutOfResources => 4,
        _ => 1,
    };

    private static FailureReason ReasonOf(int errno) => errno switch
    {
        Errno.ECONNREFUSED => FailureReason.ConnectRefused,
        Errno.ETIMEDOUT => FailureReason.ConnectTimeout,
        // EAGAIN from connect(2): no free entry in the routing cache.
        Errno.EAGAIN => FailureReason.OutOfResources,
        _ when Errno.IsOutOfResources(errno) => FailureReason.OutOfResources,
        _ => FailureReason.ConnectFailed,
    };
}

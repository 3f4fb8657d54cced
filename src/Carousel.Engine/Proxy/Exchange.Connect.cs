using System.Net;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;

namespace Carousel.Engine.Proxy;

/// <summary>
/// Opens a connection to the picked server. Addresses are tried as in RFC 8305 section 5: an attempt begins when the previous one has failed, or has not
/// connected within a short delay. The first to connect wins and the others are closed. All attempts share one connect timeout.
/// </summary>
internal sealed partial class Exchange
{
    private AddressOrder _addresses;

    /// <summary>The attempts in progress, newest first.</summary>
    private UpstreamConnection? _attempts;

    /// <summary>When connecting to this server is given up, whatever is in progress; in the worker's milliseconds.</summary>
    private long _connectEnds;

    /// <summary>The reason to report if no address connects: the most specific one of the failed attempts.</summary>
    private FailureReason _connectReason;
    private int _connectErrno;

    /// <summary>Time until the next attempt is due, or until the connect timeout if there is no further address; in milliseconds.</summary>
    private long UntilNextAttempt()
    {
        long leftMs = _connectEnds - _worker.Loop.Now;
        return _addresses.HasNext ? Math.Min(leftMs, AddressOrder.Delay(_worker.Timeouts.Connect, _endPoints.Length)) : leftMs;
    }

    private Step BeginConnect()
    {
        _addresses = new AddressOrder(_endPoints, _target!.WorkedLast);
        _connectEnds = _worker.Loop.Now + _worker.Timeouts.Connect;
        _connectReason = FailureReason.None;
        _connectErrno = 0;
        return ConnectToNext();
    }

    /// <summary>Begins the next attempt. To SendHead, Connect, or Route (no address left and no attempt in progress).</summary>
    private Step ConnectToNext()
    {
        while (_addresses.HasNext)
        {
            IPEndPoint endPoint = _addresses.Take();
            UpstreamConnection attempt = _worker.Upstreams.Rent();
            int result = attempt.Connect(_target!, endPoint, this);
            if (Errno.IsOutOfResources(-result) && _worker.Upstreams.CloseKept())
            {
                // Idle kept connections must not make a request fail for lack of descriptors.
                result = attempt.Connect(_target!, endPoint, this);
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
            _worker.Upstreams.Return(attempt);
            NoteConnectFailure(ReasonOf(-result), -result);
        }
        if (_attempts is null)
        {
            return CanNotConnect();
        }
        Enter(RequestLeg.Connect);
        return Step.Blocked;
    }

    /// <summary>Connect. To SendHead, Connect again (another of the server's addresses), or Route (the next server).</summary>
    private Step StepConnect()
    {
        bool failed = false;
        UpstreamConnection? before = null;
        UpstreamConnection? attempt = _attempts;
        while (attempt is not null)
        {
            UpstreamConnection? next = attempt.NextAttempt;
            if (!attempt.Stream.Writable)
            {
                before = attempt;
                attempt = next;
                continue;
            }
            (before is null ? ref _attempts : ref before.NextAttempt) = next;
            attempt.NextAttempt = null;
            int result = _worker.Transport.ConnectResult(attempt.Fd);
            if (result == 0)
            {
                return Connected(attempt);
            }
            failed = true;
            NoteConnectFailure(ReasonOf(-result), -result);
            _worker.Upstreams.Close(attempt);
            attempt = next;
        }
        return failed ? ConnectToNext() : Step.Blocked;
    }

    /// <summary>Connect, at its deadline: the next attempt is due, or the connect timeout has expired.</summary>
    private Step ConnectTimedOut()
    {
        if (_addresses.HasNext && _worker.Loop.Now < _connectEnds)
        {
            return ConnectToNext();
        }
        CloseAttempts();
        NoteConnectFailure(FailureReason.ConnectTimeout, 0);
        return CanNotConnect();
    }

    private Step Connected(UpstreamConnection attempt)
    {
        CloseAttempts();
        _server = attempt;
        if (_endPoints.Length > 1)
        {
            _target!.Worked(attempt.EndPoint);
        }
        Enter(RequestLeg.SendHead);
        return Step.Progress;
    }

    private Step CanNotConnect()
    {
        if (_connectReason != FailureReason.OutOfResources)
        {
            _target!.NoteUnreachable();
        }
        return PassOver(_connectReason, _connectErrno);
    }

    private void CloseAttempts()
    {
        while (_attempts is { } attempt)
        {
            _attempts = attempt.NextAttempt;
            attempt.NextAttempt = null;
            _worker.Upstreams.Close(attempt);
        }
    }

    /// <summary>Keeps the first of the most specific failures: an address of an unreachable family must not hide why the other one failed.</summary>
    private void NoteConnectFailure(FailureReason reason, int errno)
    {
        if (Weight(reason) > Weight(_connectReason))
        {
            _connectReason = reason;
            _connectErrno = errno;
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

using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Sessions;

namespace Carousel.Engine.Proxy;

/// <summary>Session affinity of an exchange: the session's own server, and the head's session lines.</summary>
internal sealed partial class Exchange
{
    private RequestSession _session;

    /// <summary>Where the rewritten head ends in the request's buffer. Valid until its first byte is sent.</summary>
    private int _headEnd;
    private bool _announcedMove;

    /// <summary>The session is bound to a server (docs/SESSIONS.md, sticky).</summary>
    private bool HasOwnServer => _session.HasSession && _session.Ticket.ServerTag != 0 && _worker.Affinity is { IsSticky: true };

    /// <summary>Writes the request head for the server, with session fields. Returns its length.</summary>
    private int WriteRequest(ReadOnlySpan<byte> head)
    {
        ClientConnection peer = _client!;
        peer.Identify();
        // Constructed and filled in place: it is large, and a copy would cost more than the rest.
        scoped var info = new ForwardingInfo(peer.Address, peer.AddressText, isHttps: false);
        info.TrustClient = peer.IsTrusted;
        info.SendForwarded = _worker.Options.SendForwarded;
        if (_head.Authority.IsEmpty)
        {
            info.FallbackHost = _worker.LocalAuthority(peer.Fd);
        }
        Span<byte> client = stackalloc byte[ForwardingInfo.MaxAddress];
        info.Believe(head, _head, _worker.Fields, _worker.Trusted, client);
        BeginRecord(head, info);
        info.RequestId = RequestId;
        if (_worker.Traces is { } sampler)
        {
            Trace(sampler, head, ref info);
        }
        _key = _worker.RequestKey?.Of(head, _head, _worker.Fields, info) ?? 0;
        if (_worker.Affinity is not { } affinity)
        {
            return RequestRewriter.Write(head, _head, _worker.Fields, info, _worker.Scratch);
        }
        affinity.OnRequest(head, _head, _worker.Fields, info, out _session);
        Span<byte> id = stackalloc byte[SessionId.TextLength];
        if (_session.HasSession)
        {
            _session.Ticket.Id.Format(id);
            info.SessionId = id;
        }
        if (_session.HidesCookie)
        {
            info.HiddenCookie = affinity.CookieName;
            info.HidesWholeCookie = _session.HasOnlyOurs;
        }
        return RequestRewriter.Write(head, _head, _worker.Fields, info, _worker.Scratch);
    }

    /// <summary>
    /// Leases a server: the session's own while it can serve, else one that the policy picks. Null if no server can take the request, or if the request is to
    /// wait for its own server.
    /// </summary>
    private Server? Pick(PoolSnapshot snapshot)
    {
        if (!HasOwnServer || _passedOver)
        {
            return _worker.Picker.Pick(snapshot, _tried, _worker.Loop.Now, _key);
        }
        if (TakeOwn(snapshot) is { } own)
        {
            return own;
        }
        if (MayWaitForOwn(snapshot))
        {
            return null;
        }
        Server? other = _worker.Picker.Pick(snapshot, _tried, _worker.Loop.Now, _key);
        if (other is not null && other.Tag != _session.Ticket.ServerTag)
        {
            AnnounceMove(snapshot.Find(_session.Ticket.ServerTag) is { } former ? UnavailableReason(former, snapshot, _worker.Loop.Now) : FailureReason.ServerGone);
        }
        return other;
    }

    private static FailureReason UnavailableReason(Server server, PoolSnapshot snapshot, long nowMs)
    {
        ServerStatus status = snapshot[server];
        return status.EndPoints.IsEmpty ? FailureReason.NameUnresolved
            : !status.IsHealthy ? FailureReason.ServerDown
            : server.Load.Breaker.MayTake(nowMs) ? FailureReason.ServerBusy
            : FailureReason.ServerEjected;
    }

    /// <summary>Tells the next server that the session was bound to another, and why it moved. Once, with the first reason.</summary>
    private void AnnounceMove(FailureReason reason)
    {
        if (_announcedMove || !_request.Buffer.IsUnsent)
        {
            return;
        }
        _announcedMove = true;
        Span<byte> line = stackalloc byte[SessionMovedLine.MaxBytes];
        _request.Buffer.AppendToHead(_headEnd, SessionMovedLine.Write(reason, line));
    }

    /// <summary>The session's response lines: a cookie, if one is due.</summary>
    private ReadOnlySpan<byte> SessionLines() => _worker.Affinity is { } affinity ? affinity.OnResponse(ref _session, _server!.Server!) : default;

    private void EndSession()
    {
        if (_session.Kind != SessionKind.None)
        {
            _worker.Affinity!.End(ref _session);
            _session = default;
            _announcedMove = false;
        }
    }
}

using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Sessions;

namespace Carousel.Engine.Proxy;

/// <summary>Session affinity of an exchange: the head's session lines.</summary>
internal sealed partial class Exchange
{
    private RequestSession _session;

    /// <summary>Edits the request's head for any server: forwarding, request id, trace and session. Returns the policy's hash key; 0 if it needs none.</summary>
    private ulong EditRequest()
    {
        ref readonly ClientIdentity peer = ref _client!.Identity;
        // Constructed and filled in place: it is large, and a copy would cost more than the rest.
        scoped var info = new ForwardingInfo(peer.Address, peer.AddressText, isHttps: false);
        info.TrustClient = peer.IsTrusted;
        info.SendForwarded = _worker.Options.SendForwarded;
        if (_head.Authority.IsEmpty)
        {
            info.FallbackHost = _client.LocalAuthority;
        }
        Span<byte> client = stackalloc byte[ForwardingInfo.MaxAddress];
        info.Believe(_head, _worker.Trusted, client);
        BeginRecord();
        _recorder.Accept(_head, info);
        info.RequestId = _recorder.RequestId(_head);
        _recorder.Trace(_head, ref info);
        ulong key = _worker.RequestKey?.Of(_head, info) ?? 0;
        Span<byte> id = stackalloc byte[SessionId.TextLength];
        if (_worker.Affinity is { } affinity)
        {
            AddSession(affinity, ref info, id);
        }
        RequestEdits.Apply(_head, info);
        return key;
    }

    private void BeginRecord()
    {
        _client!.Stream.BytesOut = 0;
        _recorder.Begin(_client.Identity.Address, (ushort)_client.Identity.Peer.Port);
    }

    private void AddSession(SessionAffinity affinity, scoped ref ForwardingInfo info, Span<byte> id)
    {
        affinity.OnRequest(_head, info, out _session);
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
    }

    /// <summary>Tells the next server that the session was bound to another, and why it moved. Once, with the first reason.</summary>
    private void AnnounceMove(FailureReason reason)
    {
        if (!_session.HasMoved)
        {
            _session.HasMoved = true;
            SessionMovedLine.Add(_head, reason);
        }
    }

    private void EndSession()
    {
        if (_session.Kind != SessionKind.None)
        {
            _session = default;
        }
    }
}

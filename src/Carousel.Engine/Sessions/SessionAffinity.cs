using System.Text;
using Carousel.Core.Net;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.Engine.Http;
using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Sessions;

/// <summary>
/// Session handling of a worker: reads session cookies, issues new ones, and queues updates for the store without waiting for it. Used on
/// its worker's thread only; allocates nothing once its table has its full size.
/// </summary>
internal sealed class SessionAffinity : IDeadlineOwner
{
    /// <summary>Interval at which updates are written. The requests of a session in between are combined into one update.</summary>
    public const int FlushIntervalMs = 2_000;

    /// <summary>Maximum updates written per tick: a fraction of a millisecond.</summary>
    private const int MaxFlushedPerTick = 1024;

    private readonly SessionChannel _channel;
    private readonly SessionQueue _queue;
    private readonly SessionCounters _counters;
    private readonly SessionMode _mode;
    private readonly bool _sparesStateless;
    private readonly bool _hidesCookie;
    private readonly long _lifetime;
    private readonly long _halftime;
    private readonly byte[] _cookieName;
    private readonly CredentialNames _hidden;
    private readonly SetCookieLines _lines;
    private readonly RandomBytes _random = new();
    private readonly SessionTable _table = new();
    private readonly byte[] _fields = new byte[SessionFields.MaxBytes];
    private readonly EventLoop _loop;
    private readonly Deadline _flush;
    private TokenBucket _newRecords, _knownRecords;

    public SessionAffinity(SessionChannel channel, int worker, EventLoop loop)
    {
        SessionOptions options = channel.Options;
        _channel = channel;
        _queue = channel.Queues[worker];
        _counters = channel.Counters[worker];
        _mode = options.Mode;
        StickyWaitMs = (long)options.StickyWait.TotalMilliseconds;
        _sparesStateless = options.SparesStateless;
        _hidesCookie = !options.ForwardsCookie;
        _lifetime = (long)options.CookieLifetime.TotalSeconds;
        _halftime = (long)(options.Ttl / 2).TotalSeconds;
        _cookieName = Encoding.ASCII.GetBytes(options.CookieName);
        _hidden = new CredentialNames(options.HiddenFields);
        _lines = new SetCookieLines(options);
        _loop = loop;
        _flush = new Deadline(this);
        int share = Math.Max(1, options.NewRecordsPerSecond / channel.Queues.Length);
        _newRecords = new TokenBucket(share);
        _knownRecords = new TokenBucket(share);
    }

    /// <summary>The name of the session cookie.</summary>
    public ReadOnlySpan<byte> CookieName => _cookieName;

    /// <summary>Sessions are sticky.</summary>
    public bool IsSticky => _mode == SessionMode.Sticky;

    /// <summary>
    /// How long a request waits for the server of its session when that is full, in milliseconds; 0 to move the session at once.
    /// </summary>
    public long StickyWaitMs { get; }

    /// <summary>Reads the session of a request.</summary>
    public void OnRequest(RequestHead request, in ForwardingInfo info, out RequestSession session)
    {
        session = default;
        session.Place = -1;
        session.IsSecure = info.Origin.IsHttps;
        bool isStateless = ReadFields(request, ref session);
        if (isStateless)
        {
            session.Kind = SessionKind.Stateless;
            _counters.CountStateless();
            return;
        }
        if (session.HasSession)
        {
            session.Kind = SessionKind.Known;
            _counters.CountReturned();
            NoteRequest(ref session);
            session.IsRecordDue = _table[session.Place].RecordedIn != _channel.StoreEpoch && _knownRecords.TryTake(_loop.Now);
        }
        else
        {
            session.Kind = SessionKind.New;
            session.HasSession = true;
            session.Ticket = new SessionTicket(SessionId.From(_random.Next(SessionId.Bytes)), 0, 0, 0);
            session.IsRecordDue = _newRecords.TryTake(_loop.Now);
            if (!session.IsRecordDue)
            {
                _counters.CountDeferred();
            }
        }
    }

    /// <summary>
    /// This server responds: updates the record, and returns the Set-Cookie lines if a cookie is due. Valid until the next call.
    /// </summary>
    /// <param name="session">The request's session.</param>
    /// <param name="server">The server.</param>
    /// <param name="request">The request's head.</param>
    /// <param name="client">The client's address.</param>
    public ReadOnlySpan<byte> OnResponse(ref RequestSession session, Server server, RequestHead request, ClientAddress client)
    {
        if (!session.HasSession)
        {
            return default;
        }
        // A renewed cookie does not change the session's creation time.
        uint createdAt = session.Kind == SessionKind.New ? (uint)_loop.UnixSeconds : session.Ticket.IssuedAt;
        ReadOnlySpan<byte> lines = IsDue(session, server) ? Issue(ref session, server) : default;
        NoteServer(session, server);
        if (session.IsRecordDue)
        {
            session.IsRecordDue = false;
            Record(session, server, request, client, createdAt);
        }
        return lines;
    }

    /// <summary>Writes the updates to the store's queue. Entries that do not fit stay dirty.</summary>
    public void OnDeadline(Deadline deadline)
    {
        bool hasRoom = FlushSome(MaxFlushedPerTick);
        if (_table.NextDirty(0) >= 0)
        {
            _loop.Wheel.Arm(_flush, _loop.Now + (hasRoom ? 1 : FlushIntervalMs));
        }
    }

    /// <summary>Writes all updates that fit the queue, because the worker ends.</summary>
    public void FlushAll() => FlushSome(int.MaxValue);

    /// <summary>Returns false if the queue is full.</summary>
    private bool FlushSome(int atMost)
    {
        int place = _table.NextDirty(0);
        for (int written = 0; place >= 0 && written < atMost; written++)
        {
            if (!TryTouch(ref _table[place]))
            {
                return false;
            }
            _table.MarkClean(place);
            place = _table.NextDirty(place + 1);
        }
        return true;
    }

    /// <summary>Looks for the session cookie and for anything that makes a request stateless; true if it is stateless.</summary>
    private bool ReadFields(RequestHead request, ref RequestSession session)
    {
        ReadOnlySpan<byte> head = request.Bytes;
        bool isStateless = false;
        foreach (ref readonly Field field in request.Fields)
        {
            switch (field.Known)
            {
                case FieldName.Cookie:
                    isStateless |= ReadCookies(field.Value.Of(head), ref session);
                    break;
                case FieldName.Authorization:
                    isStateless |= _sparesStateless && JsonWebToken.IsBearer(field.Value.Of(head));
                    break;
            }
        }
        return isStateless;
    }

    private bool ReadCookies(ReadOnlySpan<byte> value, ref RequestSession session)
    {
        bool isStateless = false;
        var crumbs = new CookieCrumbs(value);
        int count = 0;
        for (; crumbs.MoveNext(); count++)
        {
            if (crumbs.Name.SequenceEqual(_cookieName))
            {
                session.HidesCookie = _hidesCookie;
                // There may be several (of different paths or domains): the first valid one is used.
                if (!session.HasSession)
                {
                    ReadSessionCookie(crumbs.Value, ref session);
                }
            }
            else if (_sparesStateless && JsonWebToken.LooksLike(crumbs.Value))
            {
                isStateless = true;
            }
        }
        // A second Cookie field clears it, because there is more than one field.
        session.HasOnlyOurs = count == 1 && session.HidesCookie && !session.SawCookies;
        session.SawCookies = true;
        return isStateless;
    }

    private void ReadSessionCookie(ReadOnlySpan<byte> cookie, ref RequestSession session)
    {
        if (cookie.Length != SessionCookie.TextLength)
        {
            Refuse(CookieVerdict.Malformed);
            return;
        }
        long now = _loop.UnixSeconds;
        int place = _table.Find(cookie);
        CookieVerdict verdict = place < 0 ? Verify(cookie, now, out session.Ticket) : Recall(place, now, out session.Ticket);
        if (verdict != CookieVerdict.Valid)
        {
            Refuse(verdict);
            return;
        }
        session.HasSession = true;
        session.IsHalfway = now - session.Ticket.IssuedAt >= _halftime;
        session.Place = place >= 0 ? place : Insert(cookie, session.Ticket);
    }

    private CookieVerdict Verify(ReadOnlySpan<byte> cookie, long now, out SessionTicket ticket)
    {
        Span<byte> signed = stackalloc byte[SessionTicket.SignedBytes];
        if (SessionCookie.TryDecode(cookie, signed))
        {
            return SessionCookie.Verify(signed, _channel.Keys.Current, now, _lifetime, out ticket);
        }
        ticket = default;
        return CookieVerdict.Malformed;
    }

    /// <summary>A cookie in the table was verified before, so only its age is checked.</summary>
    private CookieVerdict Recall(int place, long now, out SessionTicket ticket)
    {
        ticket = _table[place].Ticket;
        return now - ticket.IssuedAt > _lifetime ? CookieVerdict.Expired : CookieVerdict.Valid;
    }

    private void Refuse(CookieVerdict verdict)
    {
        _counters.CountRefused(verdict);
        if (verdict == CookieVerdict.UnknownKey)
        {
            _channel.Keys.Miss();
        }
    }

    private int Insert(ReadOnlySpan<byte> cookie, in SessionTicket ticket)
    {
        int place = _table.Add(cookie, ticket, out SessionEntry evicted);
        if (evicted.Unsaved != 0 && !TryTouch(ref evicted))
        {
            _counters.CountDropped();
        }
        return place;
    }

    /// <summary>Marks the session as used; the update is written later, combined with those of further requests.</summary>
    private void NoteRequest(ref RequestSession session)
    {
        ref SessionEntry entry = ref _table[session.Place];
        entry.SeenAt = (uint)_loop.UnixSeconds;
        entry.Unsaved++;
        if (entry.ServerTag == 0)
        {
            entry.ServerTag = session.Ticket.ServerTag;
        }
        MarkDirty(session.Place);
    }

    private void MarkDirty(int place)
    {
        _table.MarkDirty(place);
        if (!_flush.IsArmed)
        {
            _loop.Wheel.Arm(_flush, _loop.Now + FlushIntervalMs);
        }
    }

    private bool IsDue(in RequestSession session, Server server)
    {
        if (session.Kind == SessionKind.New)
        {
            _counters.CountMinted();
            return true;
        }
        if (IsSticky && session.Ticket.ServerTag != server.Tag)
        {
            _counters.CountMoved();
            return true;
        }
        if (session.IsHalfway)
        {
            _counters.CountRenewed();
        }
        return session.IsHalfway;
    }

    private ReadOnlySpan<byte> Issue(ref RequestSession session, Server server)
    {
        SessionKey key = _channel.Keys.Current.Current;
        session.Ticket = new SessionTicket(session.Ticket.Id, server.Tag, (uint)_loop.UnixSeconds, key.Id);
        return _lines.Write(session.Ticket, key, session.IsSecure);
    }

    /// <summary>The session's entry stores the server for the next flush.</summary>
    private void NoteServer(in RequestSession session, Server server)
    {
        if (IsPlaced(session))
        {
            _table[session.Place].ServerTag = server.Tag;
        }
    }

    /// <summary>Another session may have taken the position in the meantime.</summary>
    private bool IsPlaced(in RequestSession session) =>
        session.Place >= 0 && session.Place < _table.Size && _table[session.Place].Ticket.Id == session.Ticket.Id;

    private void Record(in RequestSession session, Server server, RequestHead request, ClientAddress client, uint createdAt)
    {
        Span<byte> text = stackalloc byte[ClientAddress.MaxText];
        bool written = Send(new SessionEvent
        {
            Id = session.Ticket.Id,
            ServerTag = server.Tag,
            CreatedAt = createdAt,
            SeenAt = (uint)_loop.UnixSeconds,
            Requests = session.Kind == SessionKind.New ? 1u : 0,
            IsRecord = true,
            Client = text[..client.Format(text)],
            Fields = RecordFields.Of(request, _hidden, _fields),
        });
        if (!written)
        {
            _counters.CountDropped();
        }
        else if (IsPlaced(session))
        {
            _table[session.Place].RecordedIn = _channel.StoreEpoch;
        }
    }

    private bool TryTouch(ref SessionEntry entry)
    {
        SessionTicket ticket = entry.Ticket;
        bool written = Send(new SessionEvent
        {
            Id = ticket.Id,
            ServerTag = entry.ServerTag,
            CreatedAt = ticket.IssuedAt,
            SeenAt = entry.SeenAt,
            Requests = entry.Unsaved,
        });
        if (written)
        {
            entry.Unsaved = 0;
        }
        return written;
    }

    private bool Send(in SessionEvent item)
    {
        bool written = _queue.TryWrite(item);
        if (written)
        {
            _channel.Wake();
        }
        return written;
    }
}

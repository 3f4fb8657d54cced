using System.Text;
using Carousel.Core.Pool;
using Carousel.Core.Sessions;
using Carousel.Engine.Http;
using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Sessions;

/// <summary>
/// Where a worker receives visitors: reads their cookies, issues new ones, and tells the store of them, which it never waits for. Its worker's thread
/// only; allocates nothing once it has seen as many visitors as there are.
/// </summary>
internal sealed class SessionAffinity : IDeadlineOwner
{
    /// <summary>How long what many requests of a visitor have to tell the store is gathered.</summary>
    public const int FlushIntervalMs = 2_000;

    /// <summary>Visitors told of before others have their turn: a fraction of a millisecond.</summary>
    private const int MaxFlushedPerTick = 1024;

    /// <summary>Drafts at once: visitors whose first answer is waited for. Records of further ones wait until the cookie comes back.</summary>
    private const int MaxDrafts = 1024;

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
    private readonly Stack<RecordDraft> _drafts = new();
    private readonly EventLoop _loop;
    private readonly Deadline _flush;
    private TokenBucket _newRecords, _knownRecords;
    private int _draftsOut;

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

    /// <summary>The name of our cookie.</summary>
    public ReadOnlySpan<byte> CookieName => _cookieName;

    /// <summary>True if visitors stay with their server.</summary>
    public bool IsSticky => _mode == SessionMode.Sticky;

    /// <summary>How long a visitor waits for their own server when it is full, in milliseconds; 0 if they move at once.</summary>
    public long StickyWaitMs { get; }

    /// <summary>A request came.</summary>
    public void OnRequest(ReadOnlySpan<byte> head, in RequestHead request, ReadOnlySpan<Field> fields, in ForwardingInfo info, out RequestSession session)
    {
        session = default;
        session.Place = -1;
        session.IsSecure = info.Origin.IsHttps;
        fields = fields[..request.FieldCount];
        bool isStateless = ReadFields(head, fields, ref session);
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
            if (_table[session.Place].RecordedIn == _channel.StoreEpoch || !MayDraft(ref _knownRecords))
            {
                return;
            }
        }
        else
        {
            session.Kind = SessionKind.New;
            session.HasSession = true;
            session.Ticket = new SessionTicket(SessionId.From(_random.Next(SessionId.Bytes)), 0, 0, 0);
            if (!MayDraft(ref _newRecords))
            {
                _counters.CountDeferred();
                return;
            }
        }
        session.Draft = RentDraft();
        session.Draft.Fill(head, request, fields, _hidden, info);
    }

    /// <summary>
    /// This server answers: tells the store, and returns the lines that bring the visitor a cookie, if one is due. Good until the next call.
    /// </summary>
    public ReadOnlySpan<byte> OnResponse(ref RequestSession session, Server server)
    {
        if (!session.HasSession)
        {
            return default;
        }
        // A cookie that is issued anew does not make the session begin anew.
        uint createdAt = session.Kind == SessionKind.New ? (uint)_loop.UnixSeconds : session.Ticket.IssuedAt;
        ReadOnlySpan<byte> lines = IsDue(session, server) ? Issue(ref session, server) : default;
        Record(ref session, server, createdAt);
        return lines;
    }

    /// <summary>The visit is over, answered or not: gives back what it holds.</summary>
    public void End(ref RequestSession session)
    {
        if (session.Draft is { } draft)
        {
            session.Draft = null;
            _draftsOut--;
            _drafts.Push(draft);
        }
    }

    /// <summary>Time to tell the store of those who came back; what its queue has no room for is owed on.</summary>
    public void OnDeadline(Deadline deadline)
    {
        bool hasRoom = FlushSome(MaxFlushedPerTick);
        if (_table.NextDirty(0) >= 0)
        {
            _loop.Wheel.Arm(_flush, _loop.Now + (hasRoom ? 1 : FlushIntervalMs));
        }
    }

    /// <summary>Tells the store all that it is owed, as far as its queue has room: the worker ends.</summary>
    public void FlushAll() => FlushSome(int.MaxValue);

    /// <summary>False if the queue has no room.</summary>
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

    /// <summary>Looks for our cookie and for what makes a request stateless; true if it is.</summary>
    private bool ReadFields(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields, ref RequestSession session)
    {
        bool isStateless = false;
        foreach (ref readonly Field field in fields)
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
                // Several may come (of several paths or domains): the first good one counts.
                if (!session.HasSession)
                {
                    ReadOurs(crumbs.Value, ref session);
                }
            }
            else if (_sparesStateless && JsonWebToken.LooksLike(crumbs.Value))
            {
                isStateless = true;
            }
        }
        // A second Cookie field finds it set, or not, by the first: then nothing is said of them together.
        session.HasOnlyOurs = count == 1 && session.HidesCookie && !session.SawCookies;
        session.SawCookies = true;
        return isStateless;
    }

    private void ReadOurs(ReadOnlySpan<byte> cookie, ref RequestSession session)
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

    /// <summary>A cookie that was verified before may only have grown too old since.</summary>
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

    /// <summary>The visitor was here: that is told later, together with what else comes until then.</summary>
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

    /// <summary>The whole record if there is a draft of it; else the visitor's entry remembers the server until the next telling.</summary>
    private void Record(ref RequestSession session, Server server, uint createdAt)
    {
        // Another visitor may have taken the place meanwhile.
        bool isPlaced = session.Place >= 0 && session.Place < _table.Size && _table[session.Place].Ticket.Id == session.Ticket.Id;
        if (isPlaced)
        {
            _table[session.Place].ServerTag = server.Tag;
        }
        if (session.Draft is not { } draft)
        {
            return;
        }
        bool written = Send(new SessionEvent
        {
            Id = session.Ticket.Id,
            ServerTag = server.Tag,
            CreatedAt = createdAt,
            SeenAt = (uint)_loop.UnixSeconds,
            Requests = session.Kind == SessionKind.New ? 1u : 0,
            IsRecord = true,
            Client = draft.Client,
            Fields = draft.Fields,
        });
        if (!written)
        {
            _counters.CountDropped();
        }
        else if (isPlaced)
        {
            _table[session.Place].RecordedIn = _channel.StoreEpoch;
        }
        End(ref session);
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

    private bool MayDraft(ref TokenBucket budget) => _draftsOut < MaxDrafts && budget.TryTake(_loop.Now);

    private RecordDraft RentDraft()
    {
        _draftsOut++;
        return _drafts.TryPop(out RecordDraft? spare) ? spare : new RecordDraft();
    }
}

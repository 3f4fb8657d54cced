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
internal sealed class VisitDesk : IDeadlineOwner
{
    /// <summary>How long what many requests of a visitor have to tell the store is gathered.</summary>
    public const int TellEveryMs = 2_000;

    /// <summary>Visitors told of before others have their turn: a fraction of a millisecond.</summary>
    private const int MaxToldATurn = 1024;

    /// <summary>Drafts at once: visitors whose first answer is waited for. Records of further ones wait until the cookie comes back.</summary>
    private const int MaxDrafts = 1024;

    private readonly SessionLink _link;
    private readonly SessionQueue _queue;
    private readonly SessionCounters _counters;
    private readonly SessionMode _mode;
    private readonly bool _sparesStateless;
    private readonly bool _hidesCookie;
    private readonly long _lifetime;
    private readonly long _halftime;
    private readonly byte[] _cookieName;
    private readonly CredentialNames _hidden;
    private readonly CookieText _text;
    private readonly RandomBytes _random = new();
    private readonly VisitorTable _visitors = new();
    private readonly Stack<RecordDraft> _drafts = new();
    private readonly Reactor.Reactor _reactor;
    private readonly Deadline _telling;
    private TokenBucket _newRecords, _knownRecords;
    private int _draftsOut;

    public VisitDesk(SessionLink link, int worker, Reactor.Reactor reactor)
    {
        SessionOptions options = link.Options;
        _link = link;
        _queue = link.Queues[worker];
        _counters = link.Counters[worker];
        _mode = options.Mode;
        StickyWaitMs = (long)options.StickyWait.TotalMilliseconds;
        _sparesStateless = options.SparesStateless;
        _hidesCookie = !options.ForwardsCookie;
        _lifetime = (long)options.CookieLifetime.TotalSeconds;
        _halftime = (long)(options.Ttl / 2).TotalSeconds;
        _cookieName = Encoding.ASCII.GetBytes(options.CookieName);
        _hidden = new CredentialNames(options.HiddenFields);
        _text = new CookieText(options);
        _reactor = reactor;
        _telling = new Deadline(this);
        int share = Math.Max(1, options.NewRecordsPerSecond / link.Queues.Length);
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
    public void Arrive(ReadOnlySpan<byte> head, in RequestHead request, ReadOnlySpan<Field> fields, in ForwardingInfo info, out Visit visit)
    {
        visit = default;
        visit.Place = -1;
        visit.IsSecure = info.Origin.IsHttps;
        fields = fields[..request.FieldCount];
        bool isStateless = ReadFields(head, fields, ref visit);
        if (isStateless)
        {
            visit.Kind = VisitKind.Stateless;
            _counters.CountStateless();
            return;
        }
        if (visit.HasSession)
        {
            visit.Kind = VisitKind.Known;
            _counters.CountReturned();
            Note(ref visit);
            if (_visitors[visit.Place].RecordedIn == _link.StoreEpoch || !MayDraft(ref _knownRecords))
            {
                return;
            }
        }
        else
        {
            visit.Kind = VisitKind.New;
            visit.HasSession = true;
            visit.Ticket = new SessionTicket(SessionId.From(_random.Next(SessionId.Bytes)), 0, 0, 0);
            if (!MayDraft(ref _newRecords))
            {
                _counters.CountDeferred();
                return;
            }
        }
        visit.Draft = RentDraft();
        visit.Draft.Fill(head, request, fields, _hidden, info);
    }

    /// <summary>
    /// This server answers: tells the store, and returns the lines that bring the visitor a cookie, if one is due. Good until the next call.
    /// </summary>
    public ReadOnlySpan<byte> Answer(ref Visit visit, Server server)
    {
        if (!visit.HasSession)
        {
            return default;
        }
        // A cookie that is issued anew does not make the session begin anew.
        uint createdAt = visit.Kind == VisitKind.New ? (uint)_reactor.UnixSeconds : visit.Ticket.IssuedAt;
        ReadOnlySpan<byte> lines = IsDue(visit, server) ? Issue(ref visit, server) : default;
        Tell(ref visit, server, createdAt);
        return lines;
    }

    /// <summary>The visit is over, answered or not: gives back what it holds.</summary>
    public void End(ref Visit visit)
    {
        if (visit.Draft is { } draft)
        {
            visit.Draft = null;
            _draftsOut--;
            _drafts.Push(draft);
        }
    }

    /// <summary>Time to tell the store of those who came back; what its queue has no room for is owed on.</summary>
    public void OnDeadline(Deadline deadline)
    {
        bool hasRoom = TellSome(MaxToldATurn);
        if (_visitors.NextOwing(0) >= 0)
        {
            _reactor.Wheel.Arm(_telling, _reactor.Now + (hasRoom ? 1 : TellEveryMs));
        }
    }

    /// <summary>Tells the store all that it is owed, as far as its queue has room: the worker ends.</summary>
    public void TellAll() => TellSome(int.MaxValue);

    /// <summary>False if the queue has no room.</summary>
    private bool TellSome(int atMost)
    {
        int place = _visitors.NextOwing(0);
        for (int told = 0; place >= 0 && told < atMost; told++)
        {
            if (!TryTouch(ref _visitors[place]))
            {
                return false;
            }
            _visitors.Settle(place);
            place = _visitors.NextOwing(place + 1);
        }
        return true;
    }

    /// <summary>Looks for our cookie and for what makes a request stateless; true if it is.</summary>
    private bool ReadFields(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields, ref Visit visit)
    {
        bool isStateless = false;
        foreach (ref readonly Field field in fields)
        {
            switch (field.Known)
            {
                case FieldName.Cookie:
                    isStateless |= ReadCookies(field.Value.Of(head), ref visit);
                    break;
                case FieldName.Authorization:
                    isStateless |= _sparesStateless && JsonWebToken.IsBearer(field.Value.Of(head));
                    break;
            }
        }
        return isStateless;
    }

    private bool ReadCookies(ReadOnlySpan<byte> value, ref Visit visit)
    {
        bool isStateless = false;
        var crumbs = new CookieCrumbs(value);
        int count = 0;
        for (; crumbs.MoveNext(); count++)
        {
            if (crumbs.Name.SequenceEqual(_cookieName))
            {
                visit.HidesCookie = _hidesCookie;
                // Several may come (of several paths or domains): the first good one counts.
                if (!visit.HasSession)
                {
                    ReadOurs(crumbs.Value, ref visit);
                }
            }
            else if (_sparesStateless && JsonWebToken.LooksLike(crumbs.Value))
            {
                isStateless = true;
            }
        }
        // A second Cookie field finds it set, or not, by the first: then nothing is said of them together.
        visit.HasOnlyOurs = count == 1 && visit.HidesCookie && !visit.SawCookies;
        visit.SawCookies = true;
        return isStateless;
    }

    private void ReadOurs(ReadOnlySpan<byte> cookie, ref Visit visit)
    {
        if (cookie.Length != SessionCookie.TextLength)
        {
            Refuse(CookieVerdict.Malformed);
            return;
        }
        long now = _reactor.UnixSeconds;
        int place = _visitors.Find(cookie);
        CookieVerdict verdict = place < 0 ? Verify(cookie, now, out visit.Ticket) : Recall(place, now, out visit.Ticket);
        if (verdict != CookieVerdict.Valid)
        {
            Refuse(verdict);
            return;
        }
        visit.HasSession = true;
        visit.IsHalfway = now - visit.Ticket.IssuedAt >= _halftime;
        visit.Place = place >= 0 ? place : TakeIn(cookie, visit.Ticket);
    }

    private CookieVerdict Verify(ReadOnlySpan<byte> cookie, long now, out SessionTicket ticket)
    {
        Span<byte> signed = stackalloc byte[SessionTicket.SignedBytes];
        if (SessionCookie.TryDecode(cookie, signed))
        {
            return SessionCookie.Verify(signed, _link.Keys.Current, now, _lifetime, out ticket);
        }
        ticket = default;
        return CookieVerdict.Malformed;
    }

    /// <summary>A cookie that was verified before may only have grown too old since.</summary>
    private CookieVerdict Recall(int place, long now, out SessionTicket ticket)
    {
        ticket = _visitors[place].Ticket;
        return now - ticket.IssuedAt > _lifetime ? CookieVerdict.Expired : CookieVerdict.Valid;
    }

    private void Refuse(CookieVerdict verdict)
    {
        _counters.CountRefused(verdict);
        if (verdict == CookieVerdict.UnknownKey)
        {
            _link.Keys.Miss();
        }
    }

    private int TakeIn(ReadOnlySpan<byte> cookie, in SessionTicket ticket)
    {
        int place = _visitors.Add(cookie, ticket, out Visitor evicted);
        if (evicted.Owed != 0 && !TryTouch(ref evicted))
        {
            _counters.CountDropped();
        }
        return place;
    }

    /// <summary>The visitor was here: that is told later, together with what else comes until then.</summary>
    private void Note(ref Visit visit)
    {
        ref Visitor visitor = ref _visitors[visit.Place];
        visitor.SeenAt = (uint)_reactor.UnixSeconds;
        visitor.Owed++;
        if (visitor.ServerTag == 0)
        {
            visitor.ServerTag = visit.Ticket.ServerTag;
        }
        Owe(visit.Place);
    }

    private void Owe(int place)
    {
        _visitors.Owe(place);
        if (!_telling.IsArmed)
        {
            _reactor.Wheel.Arm(_telling, _reactor.Now + TellEveryMs);
        }
    }

    private bool IsDue(in Visit visit, Server server)
    {
        if (visit.Kind == VisitKind.New)
        {
            _counters.CountMinted();
            return true;
        }
        if (IsSticky && visit.Ticket.ServerTag != server.Tag)
        {
            _counters.CountMoved();
            return true;
        }
        if (visit.IsHalfway)
        {
            _counters.CountRenewed();
        }
        return visit.IsHalfway;
    }

    private ReadOnlySpan<byte> Issue(ref Visit visit, Server server)
    {
        SessionKey key = _link.Keys.Current.Current;
        visit.Ticket = new SessionTicket(visit.Ticket.Id, server.Tag, (uint)_reactor.UnixSeconds, key.Id);
        return _text.Write(visit.Ticket, key, visit.IsSecure);
    }

    /// <summary>The whole record if there is a draft of it; else the visitor's entry remembers the server until the next telling.</summary>
    private void Tell(ref Visit visit, Server server, uint createdAt)
    {
        // Another visitor may have taken the place meanwhile.
        bool isPlaced = visit.Place >= 0 && visit.Place < _visitors.Size && _visitors[visit.Place].Ticket.Id == visit.Ticket.Id;
        if (isPlaced)
        {
            _visitors[visit.Place].ServerTag = server.Tag;
        }
        if (visit.Draft is not { } draft)
        {
            return;
        }
        bool told = Send(new SessionEvent
        {
            Id = visit.Ticket.Id,
            ServerTag = server.Tag,
            CreatedAt = createdAt,
            SeenAt = (uint)_reactor.UnixSeconds,
            Requests = visit.Kind == VisitKind.New ? 1u : 0,
            IsRecord = true,
            Client = draft.Client,
            Fields = draft.Fields,
        });
        if (!told)
        {
            _counters.CountDropped();
        }
        else if (isPlaced)
        {
            _visitors[visit.Place].RecordedIn = _link.StoreEpoch;
        }
        End(ref visit);
    }

    private bool TryTouch(ref Visitor visitor)
    {
        SessionTicket ticket = visitor.Ticket;
        bool told = Send(new SessionEvent
        {
            Id = ticket.Id,
            ServerTag = visitor.ServerTag,
            CreatedAt = ticket.IssuedAt,
            SeenAt = visitor.SeenAt,
            Requests = visitor.Owed,
        });
        if (told)
        {
            visitor.Owed = 0;
        }
        return told;
    }

    private bool Send(in SessionEvent item)
    {
        bool written = _queue.TryWrite(item);
        if (written)
        {
            _link.Wake();
        }
        return written;
    }

    private bool MayDraft(ref TokenBucket budget) => _draftsOut < MaxDrafts && budget.TryTake(_reactor.Now);

    private RecordDraft RentDraft()
    {
        _draftsOut++;
        return _drafts.TryPop(out RecordDraft? spare) ? spare : new RecordDraft();
    }
}

using Carousel.Core.Sessions;

namespace Carousel.Engine.Sessions;

/// <summary>Whom a request comes from, as far as sessions go.</summary>
internal enum SessionKind : byte
{
    /// <summary>Sessions are off.</summary>
    None,

    /// <summary>No good cookie: one is issued with the answer.</summary>
    New,

    /// <summary>A good cookie.</summary>
    Known,

    /// <summary>The request carries its state itself: neither cookie nor record.</summary>
    Stateless,
}

/// <summary>What is known of the session of one request, from its head to its answer.</summary>
internal struct RequestSession
{
    public SessionKind Kind;

    /// <summary>The request has a session: its id goes to the server. False for stateless requests that brought no good cookie.</summary>
    public bool HasSession;

    /// <summary>The request brought a cookie under our name, good or not, which servers are not to see.</summary>
    public bool HidesCookie;

    /// <summary>Of all cookies of the request there is only that one: there is nothing to be kept of its field.</summary>
    public bool HasOnlyOurs;

    /// <summary>A Cookie field was read.</summary>
    public bool SawCookies;

    /// <summary>The cookie is past half of its time: the answer brings it anew.</summary>
    public bool IsHalfway;

    /// <summary>The client is reached by TLS: the cookie gets Secure.</summary>
    public bool IsSecure;

    /// <summary>The cookie's ticket; of a new visitor the id only.</summary>
    public SessionTicket Ticket;

    /// <summary>The place in the worker's table that knew the cookie when the request came.</summary>
    public int Place;

    /// <summary>What the record will hold, if it is to be written.</summary>
    public RecordDraft? Draft;
}

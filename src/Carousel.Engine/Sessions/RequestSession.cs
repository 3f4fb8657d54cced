using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Sessions;

/// <summary>The kind of session of a request.</summary>
internal enum SessionKind : byte
{
    /// <summary>Sessions are disabled.</summary>
    None,

    /// <summary>No valid cookie: one is issued with the response.</summary>
    New,

    /// <summary>A valid cookie.</summary>
    Known,

    /// <summary>The request carries its own state: it gets neither cookie nor record.</summary>
    Stateless,
}

/// <summary>The session of one request, from its head to its response.</summary>
internal struct RequestSession
{
    public SessionKind Kind;

    /// <summary>The request has a session, whose id is sent to the server. False for stateless requests without a valid cookie.</summary>
    public bool HasSession;

    /// <summary>The request has a session cookie, valid or not, which is not sent to servers.</summary>
    public bool HidesCookie;

    /// <summary>The session cookie is the request's only cookie, so its field can be removed as a whole.</summary>
    public bool HasOnlyOurs;

    /// <summary>A Cookie field was read.</summary>
    public bool SawCookies;

    /// <summary>The cookie is past half of its lifetime: the response renews it.</summary>
    public bool IsHalfway;

    /// <summary>The client uses TLS: the cookie gets Secure.</summary>
    public bool IsSecure;

    /// <summary>The cookie's ticket; for a new session the id only.</summary>
    public SessionTicket Ticket;

    /// <summary>The next server is told that the session moves.</summary>
    public bool HasMoved;

    /// <summary>The session's position in the worker's table when the request arrived.</summary>
    public int Place;

    /// <summary>The response writes a record of the session.</summary>
    public bool IsRecordDue;

    /// <summary>How the request's record names it. There must be a session.</summary>
    public readonly SessionOutcome Outcome => Kind switch
    {
        SessionKind.New => SessionOutcome.New,
        SessionKind.Stateless => SessionOutcome.Stateless,
        _ => HasMoved ? SessionOutcome.Moved : SessionOutcome.Returning,
    };
}

namespace Carousel.Engine.Http;

/// <summary>Methods that change how a message is handled (RFC 9110 section 9).</summary>
internal enum RequestMethod : byte
{
    Other,
    Get,
    Head,
    Post,
    Put,
    Delete,
    Connect,
    Options,

    /// <summary>TRACE, and TRACK, which is IIS's name for it.</summary>
    Trace,

    Patch,
}

/// <summary>
/// The four forms of a request target (RFC 9112 section 3.2). Authority form comes with CONNECT only, which is refused.
/// </summary>
internal enum TargetForm : byte
{
    Origin,
    Absolute,
    Asterisk,
}

/// <summary>How the end of a body is known (RFC 9112 section 6.3).</summary>
internal enum BodyKind : byte
{
    None,
    Length,
    Chunked,
    /// <summary>Answers only: the body ends where the connection does.</summary>
    UntilClose,
}

/// <summary>What a request's head says. Slices count from the head's first byte and are valid as long as its buffer is.</summary>
internal struct RequestHead
{
    /// <summary>Bytes of the head, with the empty line that ends it and an empty line before it, if there was one.</summary>
    public int Length;

    public RequestMethod Method;

    /// <summary>The method as written.</summary>
    public Slice MethodToken;

    public TargetForm Form;

    /// <summary>The target as written.</summary>
    public Slice Target;

    /// <summary>
    /// Path and query, to be sent as origin form. An absolute form may lack the path: then this is empty (send "/", or "*" for
    /// OPTIONS) or starts with "?" (send "/" before it). Empty for "*" as well.
    /// </summary>
    public Slice PathAndQuery;

    /// <summary>
    /// The authority that the request is for: of the absolute form if it is one, else of Host; empty if there is none (HTTP/1.0).
    /// </summary>
    public Slice Authority;

    public bool IsHttp10;

    /// <summary>
    /// <see cref="BodyKind.None"/>, <see cref="BodyKind.Length"/> (also for 0) or <see cref="BodyKind.Chunked"/>.
    /// </summary>
    public BodyKind Body;

    /// <summary>Bytes of the body where <see cref="Body"/> is <see cref="BodyKind.Length"/>.</summary>
    public long ContentLength;

    /// <summary>
    /// The client wants to keep its connection: 1.1 without <c>close</c>, or 1.0 with <c>keep-alive</c> (and no <c>close</c>).
    /// </summary>
    public bool KeepAlive;

    /// <summary>1.1 with both <c>Connection: upgrade</c> and an Upgrade field that does not offer HTTP/2.</summary>
    public bool Upgrade;

    /// <summary>1.1 with <c>Expect: 100-continue</c>.</summary>
    public bool ExpectContinue;

    /// <summary>
    /// Connection names fields that are to be removed for it (<see cref="ConnectionNames"/>), so the rewriter has to look for
    /// them.
    /// </summary>
    public bool ConnectionNamesFields;

    public int FieldCount;

    /// <summary>Which of the fields that <see cref="FieldName"/> knows are there.</summary>
    public FieldSet Present;

    /// <summary>Sending it twice has the effect of sending it once (RFC 9110 section 9.2.2).</summary>
    public readonly bool IsIdempotent => Method is RequestMethod.Get or RequestMethod.Head or RequestMethod.Put
        or RequestMethod.Delete or RequestMethod.Options or RequestMethod.Trace;
}

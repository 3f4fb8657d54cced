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

    /// <summary>TRACE, and TRACK, IIS's name for it.</summary>
    Trace,

    Patch,
}

/// <summary>
/// The forms of a request target (RFC 9112 section 3.2). The fourth, authority form, is used by CONNECT only, which is refused.
/// </summary>
internal enum TargetForm : byte
{
    Origin,
    Absolute,
    Asterisk,
}

/// <summary>How a body's end is determined (RFC 9112 section 6.3).</summary>
internal enum BodyKind : byte
{
    None,
    Length,
    Chunked,
    /// <summary>Responses only: the body ends when the connection closes.</summary>
    UntilClose,
}

/// <summary>A parsed request head. Slices are relative to the head's first byte and valid as long as its buffer.</summary>
internal struct RequestHead
{
    /// <summary>Bytes of the head, including the empty line that ends it and an empty line before it, if any.</summary>
    public int Length;

    public RequestMethod Method;

    /// <summary>The method as received.</summary>
    public Slice MethodToken;

    public TargetForm Form;

    /// <summary>The target as received.</summary>
    public Slice Target;

    /// <summary>
    /// Path and query, to be sent in origin form. In absolute form the path may be missing: then this is empty (send "/", or "*" for
    /// OPTIONS) or starts with "?" (send "/" before it). Also empty for "*".
    /// </summary>
    public Slice PathAndQuery;

    /// <summary>The request's authority: that of an absolute form, else that of Host; empty if there is none (HTTP/1.0).</summary>
    public Slice Authority;

    public bool IsHttp10;

    /// <summary>
    /// <see cref="BodyKind.None"/>, <see cref="BodyKind.Length"/> (also for 0) or <see cref="BodyKind.Chunked"/>.
    /// </summary>
    public BodyKind Body;

    /// <summary>Bytes of the body if <see cref="Body"/> is <see cref="BodyKind.Length"/>.</summary>
    public long ContentLength;

    /// <summary>
    /// The client keeps its connection open: 1.1 without <c>close</c>, or 1.0 with <c>keep-alive</c> (and no <c>close</c>).
    /// </summary>
    public bool KeepAlive;

    /// <summary>1.1 with both <c>Connection: upgrade</c> and an Upgrade field that does not offer HTTP/2.</summary>
    public bool Upgrade;

    /// <summary>1.1 with <c>Expect: 100-continue</c>.</summary>
    public bool ExpectContinue;

    /// <summary>
    /// Connection names fields that must be removed (<see cref="ConnectionNames"/>), so the rewriter must search for them.
    /// </summary>
    public bool ConnectionNamesFields;

    public int FieldCount;

    /// <summary>The fields known to <see cref="FieldName"/> that are present.</summary>
    public FieldSet Present;

    /// <summary>Sending the request twice has the same effect as sending it once (RFC 9110 section 9.2.2).</summary>
    public readonly bool IsIdempotent => Method is RequestMethod.Get or RequestMethod.Head or RequestMethod.Put
        or RequestMethod.Delete or RequestMethod.Options or RequestMethod.Trace;
}

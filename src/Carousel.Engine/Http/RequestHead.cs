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

/// <summary>A request's head. Slices are positions in <see cref="MessageHead.Bytes"/>.</summary>
/// <param name="maxFields">The limit of fields.</param>
internal sealed class RequestHead(int maxFields) : MessageHead(maxFields)
{
    public RequestMethod Method { get; set; }

    /// <summary>The method as received.</summary>
    public Slice MethodToken { get; set; }

    public TargetForm Form { get; set; }

    /// <summary>The target as received.</summary>
    public Slice Target { get; set; }

    /// <summary>
    /// Path and query, to be sent in origin form. In absolute form the path may be missing: then this is empty (send "/", or "*" for
    /// OPTIONS) or starts with "?" (send "/" before it). Also empty for "*".
    /// </summary>
    public Slice PathAndQuery { get; set; }

    /// <summary>The request's authority: that of an absolute form, else that of Host; empty if there is none (HTTP/1.0).</summary>
    public Slice Authority { get; set; }

    /// <summary>The authority that is sent if <see cref="Authority"/> is empty.</summary>
    public Slice FallbackAuthority { get; set; }

    public bool IsHttp10 { get; set; }

    /// <summary>
    /// <see cref="BodyKind.None"/>, <see cref="BodyKind.Length"/> (also for 0) or <see cref="BodyKind.Chunked"/>.
    /// </summary>
    public BodyKind Body { get; set; }

    /// <summary>Bytes of the body if <see cref="Body"/> is <see cref="BodyKind.Length"/>.</summary>
    public long ContentLength { get; set; }

    /// <summary>Bytes of a body follow.</summary>
    public bool HasBody => Body == BodyKind.Chunked || ContentLength > 0;

    /// <summary>
    /// The client keeps its connection open: 1.1 without <c>close</c>, or 1.0 with <c>keep-alive</c> (and no <c>close</c>).
    /// </summary>
    public bool KeepAlive { get; set; }

    /// <summary>1.1 with both <c>Connection: upgrade</c> and an Upgrade field that does not offer HTTP/2.</summary>
    public bool Upgrade { get; set; }

    /// <summary>1.1 with <c>Expect: 100-continue</c>.</summary>
    public bool ExpectContinue { get; set; }

    /// <summary>Sending the request twice has the same effect as sending it once (RFC 9110 section 9.2.2).</summary>
    public bool IsIdempotent => Method is RequestMethod.Get or RequestMethod.Head or RequestMethod.Put
        or RequestMethod.Delete or RequestMethod.Options or RequestMethod.Trace;

    /// <inheritdoc/>
    public override void Clear()
    {
        base.Clear();
        Method = RequestMethod.Other;
        MethodToken = Target = PathAndQuery = Authority = FallbackAuthority = default;
        Form = TargetForm.Origin;
        Body = BodyKind.None;
        ContentLength = 0;
        IsHttp10 = KeepAlive = Upgrade = ExpectContinue = false;
    }
}

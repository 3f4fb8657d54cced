namespace Carousel.Engine.Http;

/// <summary>A response's head. Slices are positions in <see cref="MessageHead.Bytes"/>.</summary>
/// <param name="maxFields">The limit of fields.</param>
internal sealed class ResponseHead(int maxFields) : MessageHead(maxFields)
{
    /// <summary>100 to 599.</summary>
    public int Status { get; set; }

    /// <summary>The reason phrase; may be empty.</summary>
    public Slice ReasonPhrase { get; set; }

    public bool IsHttp10 { get; set; }

    /// <summary>
    /// The framing of the body, which depends on the request's method (RFC 9112 section 6.3): <see cref="BodyKind.None"/> for responses to
    /// HEAD, and for 1xx, 204 and 304.
    /// </summary>
    public BodyKind Body { get; set; }

    /// <summary>
    /// The framing declared by the fields, passed on even without a body (HEAD, 304): <see cref="BodyKind.Length"/>,
    /// <see cref="BodyKind.Chunked"/> or <see cref="BodyKind.None"/>. Always <see cref="BodyKind.None"/> for 1xx and 204, where these fields
    /// have no meaning.
    /// </summary>
    public BodyKind FramedAs { get; set; }

    /// <summary>
    /// Bytes of the body if <see cref="Body"/> is <see cref="BodyKind.Length"/>; without a body, the length that a GET would have.
    /// </summary>
    public long ContentLength { get; set; }

    /// <summary>
    /// The server keeps its connection open: 1.1 without <c>close</c>, or 1.0 with <c>keep-alive</c>. Never for
    /// <see cref="BodyKind.UntilClose"/> or a framed 204, nor if its Keep-Alive field leaves no time or no request.
    /// </summary>
    public bool KeepAlive { get; set; }

    /// <summary>
    /// Milliseconds from this head on for which the connection may be reused, from the server's Keep-Alive field; 0 if the field has no
    /// timeout.
    /// </summary>
    public int ReusableMs { get; set; }

    /// <summary>Both <c>Connection: upgrade</c> and an Upgrade field are present (for 101).</summary>
    public bool Upgrade { get; set; }

    public bool HasDate => Present.Has(FieldName.Date);

    public bool IsInterim => Status < 200 && Status != 101;

    /// <inheritdoc/>
    public override void Clear()
    {
        base.Clear();
        Status = ReusableMs = 0;
        ReasonPhrase = default;
        Body = FramedAs = BodyKind.None;
        ContentLength = 0;
        IsHttp10 = KeepAlive = Upgrade = false;
    }
}

namespace Carousel.Engine.Http;

/// <summary>What an answer's head says. Slices count from the head's first byte and are valid as long as its buffer is.</summary>
internal struct ResponseHead
{
    /// <summary>Bytes of the head, with the empty line that ends it.</summary>
    public int Length;

    /// <summary>100 to 599.</summary>
    public int Status;

    /// <summary>The reason phrase; may be empty.</summary>
    public Slice ReasonPhrase;

    public bool IsHttp10;

    /// <summary>
    /// How the body is framed, given the request's method (RFC 9112 section 6.3): <see cref="BodyKind.None"/> for answers to
    /// HEAD, for 1xx, 204 and 304.
    /// </summary>
    public BodyKind Body;

    /// <summary>
    /// What the fields say of the framing, to be passed on even where no body follows (HEAD, 304): <see cref="BodyKind.Length"/>,
    /// <see cref="BodyKind.Chunked"/> or <see cref="BodyKind.None"/>; always the last for 1xx and 204, where such fields mean
    /// nothing.
    /// </summary>
    public BodyKind FramedAs;

    /// <summary>
    /// Bytes of the body where <see cref="Body"/> is <see cref="BodyKind.Length"/>; without a body what the body of a GET would
    /// have.
    /// </summary>
    public long ContentLength;

    /// <summary>
    /// The server keeps its connection: 1.1 without <c>close</c>, or 1.0 with <c>keep-alive</c>; never with
    /// <see cref="BodyKind.UntilClose"/> or a framed 204, nor where its Keep-Alive field leaves no time or no request.
    /// </summary>
    public bool KeepAlive;

    /// <summary>For so many milliseconds from this head on the connection may be used again, by the server's own Keep-Alive field; 0 if it says nothing of it.</summary>
    public int ReusableMs;

    /// <summary>Both <c>Connection: upgrade</c> and an Upgrade field are there (meant for 101).</summary>
    public bool Upgrade;

    public readonly bool HasDate => Present.Has(FieldName.Date);

    /// <inheritdoc cref="RequestHead.ConnectionNamesFields"/>
    public bool ConnectionNamesFields;

    public int FieldCount;

    /// <summary>Which of the fields that <see cref="FieldName"/> knows are there.</summary>
    public FieldSet Present;

    public readonly bool IsInterim => Status < 200 && Status != 101;
}

namespace Carousel.Engine.Http;

/// <summary>A set of <see cref="FieldName"/>s, of which there may be 64.</summary>
internal readonly struct FieldSet(ulong bits)
{
    public const ulong Other = 1ul << (int)FieldName.Other;
    public const ulong Authorization = 1ul << (int)FieldName.Authorization;
    public const ulong Connection = 1ul << (int)FieldName.Connection;
    public const ulong Cookie = 1ul << (int)FieldName.Cookie;
    public const ulong ContentLength = 1ul << (int)FieldName.ContentLength;
    public const ulong Date = 1ul << (int)FieldName.Date;
    public const ulong EndpointLoadMetrics = 1ul << (int)FieldName.EndpointLoadMetrics;
    public const ulong Expect = 1ul << (int)FieldName.Expect;
    public const ulong Forwarded = 1ul << (int)FieldName.Forwarded;
    public const ulong Host = 1ul << (int)FieldName.Host;
    public const ulong KeepAlive = 1ul << (int)FieldName.KeepAlive;
    public const ulong OtherForwarding = 1ul << (int)FieldName.OtherForwarding;
    public const ulong ProxyAuthenticate = 1ul << (int)FieldName.ProxyAuthenticate;
    public const ulong ProxyAuthorization = 1ul << (int)FieldName.ProxyAuthorization;
    public const ulong ProxyConnection = 1ul << (int)FieldName.ProxyConnection;
    public const ulong Reserved = 1ul << (int)FieldName.Reserved;
    public const ulong Te = 1ul << (int)FieldName.Te;
    public const ulong Traceparent = 1ul << (int)FieldName.Traceparent;
    public const ulong Tracestate = 1ul << (int)FieldName.Tracestate;
    public const ulong Trailer = 1ul << (int)FieldName.Trailer;
    public const ulong TransferEncoding = 1ul << (int)FieldName.TransferEncoding;
    public const ulong Upgrade = 1ul << (int)FieldName.Upgrade;
    public const ulong XCarouselCapacity = 1ul << (int)FieldName.XCarouselCapacity;
    public const ulong XCarouselLoad = 1ul << (int)FieldName.XCarouselLoad;
    public const ulong XForwardedFor = 1ul << (int)FieldName.XForwardedFor;
    public const ulong XForwardedHost = 1ul << (int)FieldName.XForwardedHost;
    public const ulong XForwardedProto = 1ul << (int)FieldName.XForwardedProto;
    public const ulong XRequestId = 1ul << (int)FieldName.XRequestId;
    public const ulong XSessionId = 1ul << (int)FieldName.XSessionId;
    public const ulong XSessionMoved = 1ul << (int)FieldName.XSessionMoved;

    /// <summary>
    /// Fields of one connection, in either direction (RFC 9110 section 7.6.1 and the historical Proxy-Connection). Transfer-Encoding is
    /// part of the framing instead.
    /// </summary>
    public const ulong HopByHop = Connection | KeepAlive | ProxyConnection | Te | Upgrade;

    /// <summary>Session fields that only the balancer may send: servers would trust a client's own.</summary>
    public const ulong Session = XSessionId | XSessionMoved;

    /// <summary>Reports of a server to the balancer only.</summary>
    public const ulong OwnReports = XCarouselCapacity | XCarouselLoad;

    /// <summary>All reports of a server.</summary>
    public const ulong Reports = OwnReports | EndpointLoadMetrics;

    /// <summary>Fields from which servers derive the client. Passed on only for trusted peers.</summary>
    public const ulong Forwarding = Forwarded | OtherForwarding | XForwardedFor | XForwardedHost | XForwardedProto;

    /// <summary>Fields that a request's Connection field may name for removal (<see cref="ConnectionNames"/>).</summary>
    public const ulong Removable = Other | Cookie | Authorization;

    /// <summary>Fields that frame the body.</summary>
    public const ulong Framing = ContentLength | TransferEncoding;

    private readonly ulong _bits = bits;

    public bool Has(FieldName name) => (_bits >> (int)name & 1) != 0;

    /// <summary>Returns true if one of these names is in the set.</summary>
    public bool HasAny(ulong names) => (_bits & names) != 0;

    /// <inheritdoc cref="HasAny(ulong)"/>
    public bool HasAny(FieldSet others) => (_bits & others._bits) != 0;

    public FieldSet With(FieldName name) => new(_bits | 1ul << (int)name);

    /// <summary>The set with these names too.</summary>
    public FieldSet With(ulong names) => new(_bits | names);

    public FieldSet Without(FieldSet others) => new(_bits & ~others._bits);
}

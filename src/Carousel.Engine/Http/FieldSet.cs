namespace Carousel.Engine.Http;

/// <summary>A set of <see cref="FieldName"/>s.</summary>
internal readonly struct FieldSet(uint bits)
{
    public const uint Other = 1u << (int)FieldName.Other;
    public const uint Authorization = 1u << (int)FieldName.Authorization;
    public const uint Connection = 1u << (int)FieldName.Connection;
    public const uint Cookie = 1u << (int)FieldName.Cookie;
    public const uint ContentLength = 1u << (int)FieldName.ContentLength;
    public const uint EndpointLoadMetrics = 1u << (int)FieldName.EndpointLoadMetrics;
    public const uint Expect = 1u << (int)FieldName.Expect;
    public const uint Forwarded = 1u << (int)FieldName.Forwarded;
    public const uint Host = 1u << (int)FieldName.Host;
    public const uint KeepAlive = 1u << (int)FieldName.KeepAlive;
    public const uint OtherForwarding = 1u << (int)FieldName.OtherForwarding;
    public const uint ProxyAuthenticate = 1u << (int)FieldName.ProxyAuthenticate;
    public const uint ProxyAuthorization = 1u << (int)FieldName.ProxyAuthorization;
    public const uint ProxyConnection = 1u << (int)FieldName.ProxyConnection;
    public const uint Reserved = 1u << (int)FieldName.Reserved;
    public const uint Te = 1u << (int)FieldName.Te;
    public const uint Traceparent = 1u << (int)FieldName.Traceparent;
    public const uint Tracestate = 1u << (int)FieldName.Tracestate;
    public const uint Trailer = 1u << (int)FieldName.Trailer;
    public const uint TransferEncoding = 1u << (int)FieldName.TransferEncoding;
    public const uint Upgrade = 1u << (int)FieldName.Upgrade;
    public const uint XCarouselCapacity = 1u << (int)FieldName.XCarouselCapacity;
    public const uint XCarouselLoad = 1u << (int)FieldName.XCarouselLoad;
    public const uint XForwardedFor = 1u << (int)FieldName.XForwardedFor;
    public const uint XForwardedHost = 1u << (int)FieldName.XForwardedHost;
    public const uint XForwardedProto = 1u << (int)FieldName.XForwardedProto;
    public const uint XRequestId = 1u << (int)FieldName.XRequestId;
    public const uint XSessionId = 1u << (int)FieldName.XSessionId;
    public const uint XSessionMoved = 1u << (int)FieldName.XSessionMoved;

    /// <summary>
    /// Fields of one connection, in either direction (RFC 9110 section 7.6.1 and the historical Proxy-Connection). Transfer-Encoding is
    /// part of the framing instead.
    /// </summary>
    public const uint HopByHop = Connection | KeepAlive | ProxyConnection | Te | Upgrade;

    /// <summary>Session fields that only the balancer may send: servers would trust a client's own.</summary>
    public const uint Session = XSessionId | XSessionMoved;

    /// <summary>Reports of a server to the balancer only.</summary>
    public const uint OwnReports = XCarouselCapacity | XCarouselLoad;

    /// <summary>All reports of a server.</summary>
    public const uint Reports = OwnReports | EndpointLoadMetrics;

    /// <summary>Fields from which servers derive the client. Passed on only for trusted peers.</summary>
    public const uint Forwarding = Forwarded | OtherForwarding | XForwardedFor | XForwardedHost | XForwardedProto;

    /// <summary>Fields that a request's Connection field may name for removal (<see cref="ConnectionNames"/>).</summary>
    public const uint Removable = Other | Cookie | Authorization;

    /// <summary>Fields that frame the body.</summary>
    public const uint Framing = ContentLength | TransferEncoding;

    private readonly uint _bits = bits;

    public bool Has(FieldName name) => (_bits >> (int)name & 1) != 0;

    /// <summary>Returns true if one of these names is in the set.</summary>
    public bool HasAny(uint names) => (_bits & names) != 0;

    public FieldSet With(FieldName name) => new(_bits | 1u << (int)name);

    public FieldSet Without(FieldSet others) => new(_bits & ~others._bits);
}

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
    /// What concerns one connection only (RFC 9110 section 7.6.1 and the historical Proxy-Connection), in either direction, but
    /// for Transfer-Encoding, which belongs to the framing.
    /// </summary>
    public const uint HopByHop = Connection | KeepAlive | ProxyConnection | Te | Upgrade;

    /// <summary>What only the balancer says of a session: a client's own would be believed.</summary>
    public const uint Session = XSessionId | XSessionMoved;

    /// <summary>What a server tells the balancer of itself, and nobody else.</summary>
    public const uint OwnReports = XCarouselCapacity | XCarouselLoad;

    /// <summary>All that a server may tell of itself.</summary>
    public const uint Reports = OwnReports | EndpointLoadMetrics;

    /// <summary>What servers believe of a client: only of peers that we trust is it passed on.</summary>
    public const uint Forwarding = Forwarded | OtherForwarding | XForwardedFor | XForwardedHost | XForwardedProto;

    /// <summary>What a request's Connection field may name for removal (<see cref="ConnectionNames"/>).</summary>
    public const uint Removable = Other | Cookie | Authorization;

    /// <summary>What says where the body ends.</summary>
    public const uint Framing = ContentLength | TransferEncoding;

    private readonly uint _bits = bits;

    public bool Has(FieldName name) => (_bits >> (int)name & 1) != 0;

    /// <summary>True if one of these is in the set.</summary>
    public bool HasAny(uint names) => (_bits & names) != 0;

    public FieldSet With(FieldName name) => new(_bits | 1u << (int)name);

    public FieldSet Without(FieldSet others) => new(_bits & ~others._bits);
}

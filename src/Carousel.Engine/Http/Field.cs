using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Carousel.Engine.Http;

/// <summary>Fields that the balancer itself reads, removes or writes. All others (<see cref="Other"/>) are passed on untouched.</summary>
internal enum FieldName : byte
{
    Other,
    Authorization,
    Connection,
    ContentLength,
    Cookie,
    Date,
    EndpointLoadMetrics,
    Expect,
    Forwarded,
    Host,
    KeepAlive,

    /// <summary>What else servers may believe of a client, its way or its request (<see cref="ForwardingNames"/>): requests of strangers lose it.</summary>
    OtherForwarding,

    ProxyAuthenticate,
    ProxyAuthorization,
    ProxyConnection,

    /// <summary>
    /// X-Carousel-* that is not told below, and each spelling that servers may take for a name that is known here (<see cref="ForwardingNames"/>): no
    /// request is passed on with it.
    /// </summary>
    Reserved,

    Te,
    Traceparent,
    Tracestate,
    Trailer,
    TransferEncoding,
    Upgrade,
    Via,
    XCarouselCapacity,
    XCarouselLoad,
    XForwardedFor,
    XForwardedHost,
    XForwardedProto,
    XRequestId,
    XSessionId,
    XSessionMoved,
}

/// <summary>A run of bytes inside a head, counted from the head's first byte.</summary>
internal readonly record struct Slice(ushort Start, ushort Length)
{
    public int End => Start + Length;

    public bool IsEmpty => Length == 0;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> head) => head.Slice(Start, Length);

    /// <summary>For the parsers, which made the slice and so know that it is inside the head.</summary>
    public ReadOnlySpan<byte> Of(ref byte head) => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref head, Start), Length);
}

/// <summary>One field line of a head: <c>name ":" OWS value OWS CRLF</c> (RFC 9112 section 5).</summary>
/// <param name="Known">Which of the fields that concern us it is.</param>
/// <param name="Name">The name's bytes; the line starts where it starts.</param>
/// <param name="Value">The value's bytes, without the optional white space around it; may be empty.</param>
/// <param name="LineEnd">Where the next line starts: after this one's CRLF.</param>
internal readonly record struct Field(FieldName Known, Slice Name, Slice Value, ushort LineEnd);

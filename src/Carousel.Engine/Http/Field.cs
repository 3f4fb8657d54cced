using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Carousel.Engine.Http;

/// <summary>Fields that the balancer reads, removes or writes. All others (<see cref="Other"/>) are passed on unchanged.</summary>
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

    /// <summary>
    /// Other fields from which servers may derive the client, its route or its request (<see cref="ForwardingNames"/>). They are removed
    /// from requests of untrusted peers.
    /// </summary>
    OtherForwarding,

    ProxyAuthenticate,
    ProxyAuthorization,
    ProxyConnection,

    /// <summary>
    /// X-Carousel-* not listed below, and every spelling that servers may treat as a known name (<see cref="ForwardingNames"/>). Removed
    /// from all requests.
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

/// <summary>A range of bytes in a head, relative to the head's first byte.</summary>
internal readonly record struct Slice(ushort Start, ushort Length)
{
    public int End => Start + Length;

    public bool IsEmpty => Length == 0;

    /// <summary>Its first bytes, at most this many.</summary>
    public Slice First(int atMost) => new(Start, (ushort)Math.Min(Length, atMost));

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> head) => head.Slice(Start, Length);

    /// <summary>For the parsers, which created the slice and so know that it is inside the head.</summary>
    public ReadOnlySpan<byte> Of(ref byte head) => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref head, Start), Length);
}

/// <summary>One field line of a head: <c>name ":" OWS value OWS CRLF</c> (RFC 9112 section 5).</summary>
/// <param name="Known">The field, if it is known.</param>
/// <param name="Name">The name's bytes; the line starts with them.</param>
/// <param name="Value">The value's bytes, without surrounding white space; may be empty.</param>
/// <param name="LineEnd">The start of the next line, after this line's CRLF.</param>
internal readonly record struct Field(FieldName Known, Slice Name, Slice Value, ushort LineEnd);

using Carousel.Core.Net;

namespace Carousel.Engine.Http;

/// <summary>What a server is told of the client. Lives as long as the spans it was made of.</summary>
internal ref struct ForwardingInfo
{
    /// <summary>The longest client address: an IPv6 address with an IPv4 tail. Without a zone.</summary>
    public const int MaxAddress = 45;

    /// <summary>A session's id: 32 hexadecimal digits.</summary>
    public const int MaxSessionId = 32;

    /// <summary>The longest id of a request that is taken over from a trusted proxy: enough for a UUID or a trace's id and more.</summary>
    public const int MaxRequestId = 64;

    /// <summary>The longest scheme: https.</summary>
    public const int MaxScheme = 5;

    /// <summary>What the connection says: the peer is the client.</summary>
    public ForwardingInfo(ClientAddress peer, ReadOnlySpan<byte> peerText, bool isHttps)
    {
        PeerAddress = Client = peerText;
        Scheme = isHttps ? "https"u8 : "http"u8;
        Origin = ClientOrigin.OfConnection(peer, isHttps);
    }

    /// <summary>
    /// The address of who sent the request as text, IPv6 without brackets: <c>127.0.0.1</c>, <c>::1</c>. At most <see cref="MaxAddress"/> bytes.
    /// </summary>
    public ReadOnlySpan<byte> PeerAddress { get; }

    /// <summary>Who asks, and how: as the connection says, until <see cref="Believe"/>.</summary>
    public ClientOrigin Origin { get; private set; }

    /// <summary>The client's address as text, in its one form; at most <see cref="MaxAddress"/> bytes. That of the peer, unless a trusted one names another.</summary>
    public ReadOnlySpan<byte> Client { get; private set; }

    /// <summary>The client is not the peer.</summary>
    public bool NamesClient { get; private set; }

    /// <summary><c>http</c> or <c>https</c>: how the client speaks to us.</summary>
    public ReadOnlySpan<byte> Scheme { get; }

    /// <summary>
    /// The peer is a proxy of ours: its X-Forwarded-For gets the address appended, its X-Forwarded-Host, X-Forwarded-Proto, Forwarded and what else
    /// servers believe are passed on, but for what <see cref="ClientOrigin.Dropped"/> says. Otherwise all of these are removed and written anew.
    /// </summary>
    public bool TrustClient { get; set; }

    /// <summary>Also write <c>Forwarded</c> (RFC 7239).</summary>
    public bool SendForwarded { get; set; }

    /// <summary>
    /// Host for an HTTP/1.0 request that names none: the server's own authority, at most <see cref="Authority.MaxBytes"/> long.
    /// </summary>
    public ReadOnlySpan<byte> FallbackHost { get; set; }

    /// <summary>For X-Session-Id: the session's id as text, at most <see cref="MaxSessionId"/> bytes; empty if there is none.</summary>
    public ReadOnlySpan<byte> SessionId { get; set; }

    /// <summary>For X-Request-Id, instead of the client's own: at most <see cref="MaxRequestId"/> bytes; empty to pass the client's on.</summary>
    public ReadOnlySpan<byte> RequestId { get; set; }

    /// <summary>For traceparent, instead of the client's own: <see cref="Http.TraceParent.TextLength"/> bytes; empty to pass the client's on.</summary>
    public ReadOnlySpan<byte> TraceParent { get; set; }

    /// <summary>The client's tracestate is left out: it is of another trace.</summary>
    public bool DropsTraceState { get; set; }

    /// <summary>The name of the cookie that the server is not to see; empty if the request has none of that name.</summary>
    public ReadOnlySpan<byte> HiddenCookie { get; set; }

    /// <summary>The request has no other cookie than the hidden one: its one Cookie field is left out unread.</summary>
    public bool HidesWholeCookie { get; set; }

    /// <summary>Believes what the peer says of its client, if it is trusted.</summary>
    /// <param name="head">The bytes that were parsed.</param>
    /// <param name="request">What the parser said of them.</param>
    /// <param name="fields">The parser's field table.</param>
    /// <param name="trusted">The proxies that are believed.</param>
    /// <param name="text">Room for <see cref="Client"/>: <see cref="MaxAddress"/> bytes.</param>
    public void Believe(ReadOnlySpan<byte> head, in RequestHead request, ReadOnlySpan<Field> fields, AddressSet trusted, Span<byte> text)
    {
        if (!TrustClient)
        {
            return;
        }
        ClientOrigin origin = Origin;
        origin.Believe(head, request, fields, trusted, SendForwarded);
        NamesClient = origin.Address != Origin.Address;
        if (NamesClient)
        {
            Client = text[..origin.Address.Format(text)];
        }
        Origin = origin;
    }
}

using Carousel.Core.Net;

namespace Carousel.Engine.Http;

/// <summary>The client information sent to a server. Valid as long as the spans it was created from.</summary>
internal ref struct ForwardingInfo
{
    /// <summary>Maximum length of a client address: an IPv6 address with an IPv4 tail, without a zone.</summary>
    public const int MaxAddress = 45;

    /// <summary>A session's id: 32 hexadecimal digits.</summary>
    public const int MaxSessionId = 32;

    /// <summary>Maximum length of a request id accepted from a trusted proxy: enough for a UUID or a trace id.</summary>
    public const int MaxRequestId = 64;

    /// <summary>Length of the longest scheme, https.</summary>
    public const int MaxScheme = 5;

    /// <summary>Creates the information from the connection: the peer is the client.</summary>
    public ForwardingInfo(ClientAddress peer, ReadOnlySpan<byte> peerText, bool isHttps)
    {
        PeerAddress = Client = peerText;
        Scheme = isHttps ? "https"u8 : "http"u8;
        Origin = ClientOrigin.OfConnection(peer, isHttps);
    }

    /// <summary>
    /// The peer's address as text, IPv6 without brackets: <c>127.0.0.1</c>, <c>::1</c>. At most <see cref="MaxAddress"/> bytes.
    /// </summary>
    public ReadOnlySpan<byte> PeerAddress { get; }

    /// <summary>The client's origin: that of the connection until <see cref="Believe"/> is called.</summary>
    public ClientOrigin Origin { get; private set; }

    /// <summary>
    /// The client's address as text in canonical form, at most <see cref="MaxAddress"/> bytes. The peer's address, unless a trusted peer
    /// names another.
    /// </summary>
    public ReadOnlySpan<byte> Client { get; private set; }

    /// <summary>The client is not the peer.</summary>
    public bool NamesClient { get; private set; }

    /// <summary><c>http</c> or <c>https</c>: the scheme of the client connection.</summary>
    public ReadOnlySpan<byte> Scheme { get; }

    /// <summary>
    /// The peer is a trusted proxy: its address is appended to its X-Forwarded-For, and its X-Forwarded-Host, X-Forwarded-Proto, Forwarded
    /// and other forwarding fields are passed on, except <see cref="ClientOrigin.Dropped"/>. Otherwise all of these fields are removed and
    /// written anew.
    /// </summary>
    public bool TrustClient { get; set; }

    /// <summary>Also send <c>Forwarded</c> (RFC 7239).</summary>
    public bool SendForwarded { get; set; }

    /// <summary>
    /// Host for an HTTP/1.0 request without one: the server's own authority, at most <see cref="Authority.MaxBytes"/> bytes.
    /// </summary>
    public ReadOnlySpan<byte> FallbackHost { get; set; }

    /// <summary>The session id for X-Session-Id as text, at most <see cref="MaxSessionId"/> bytes; empty if there is none.</summary>
    public ReadOnlySpan<byte> SessionId { get; set; }

    /// <summary>
    /// The value of X-Request-Id, replacing the client's: at most <see cref="MaxRequestId"/> bytes; empty to pass the client's on.
    /// </summary>
    public ReadOnlySpan<byte> RequestId { get; set; }

    /// <summary>
    /// The value of traceparent, replacing the client's: <see cref="Http.TraceParent.TextLength"/> bytes; empty to pass the client's on.
    /// </summary>
    public ReadOnlySpan<byte> TraceParent { get; set; }

    /// <summary>The client's tracestate is removed because it belongs to another trace.</summary>
    public bool DropsTraceState { get; set; }

    /// <summary>The name of the cookie that is removed for the server; empty if the request has none of that name.</summary>
    public ReadOnlySpan<byte> HiddenCookie { get; set; }

    /// <summary>The hidden cookie is the request's only cookie: its one Cookie field is removed without being read.</summary>
    public bool HidesWholeCookie { get; set; }

    /// <summary>Applies the peer's forwarding fields if the peer is trusted.</summary>
    /// <param name="request">The request.</param>
    /// <param name="trusted">The trusted proxies.</param>
    /// <param name="text">Space for <see cref="Client"/>: <see cref="MaxAddress"/> bytes.</param>
    public void Believe(RequestHead request, AddressSet trusted, Span<byte> text)
    {
        if (!TrustClient)
        {
            return;
        }
        ClientOrigin origin = Origin;
        origin.Believe(request, trusted, SendForwarded);
        NamesClient = origin.Address != Origin.Address;
        if (NamesClient)
        {
            Client = text[..origin.Address.Format(text)];
        }
        Origin = origin;
    }
}

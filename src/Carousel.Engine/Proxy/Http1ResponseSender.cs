using Carousel.Core.Telemetry;
using Carousel.Engine.Http;

namespace Carousel.Engine.Proxy;

/// <summary>
/// Frames the response to one request for a client that speaks HTTP/1, and with that decides whether its connection is used again. Heads are placed in front
/// of the body bytes received so far.
/// </summary>
internal struct Http1ResponseSender
{
    /// <summary>After this response the connection is used for the next request.</summary>
    public bool KeepsConnection;

    /// <summary>The client takes the connection's end for the body's end: a truncated body must end with a reset.</summary>
    public bool EndsWithClose { get; private set; }

    /// <summary>Begins with a request.</summary>
    /// <param name="keepsConnection">As far as the request and the worker allow.</param>
    public void Begin(bool keepsConnection)
    {
        KeepsConnection = keepsConnection;
        EndsWithClose = false;
    }

    /// <inheritdoc cref="IClientStream.SendInterim"/>
    public static bool SendInterim(RequestHead request, ResponseHead head, ref MessageBuffer response)
    {
        // RFC 9110 section 15.2: interim responses are not sent to a 1.0 client.
        if (request.IsHttp10)
        {
            return false;
        }
        Place(head, ConnectionDirective.None, head.Body, ref response);
        return true;
    }

    /// <inheritdoc cref="IClientStream.SwitchProtocols"/>
    public void SwitchProtocols(ResponseHead head, ref BodyRelay response)
    {
        KeepsConnection = false;
        Place(head, ConnectionDirective.Upgrade, head.Body, ref response.Buffer);
        response.Framing.BeginTunnel();
    }

    /// <summary>Places the head of the final response, and begins its body's framing.</summary>
    /// <param name="request">The request's head.</param>
    /// <param name="head">With all edits.</param>
    /// <param name="mayKeep">The connection may be used again. If not, the client must be told now.</param>
    /// <param name="response">What was received of the response.</param>
    public void Send(RequestHead request, ResponseHead head, bool mayKeep, ref BodyRelay response)
    {
        // A body without a length is sent in chunks, or until the connection closes to an HTTP/1.0 client.
        BodyKind sentAs = head.Body is BodyKind.None or BodyKind.Length ? head.Body : request.IsHttp10 ? BodyKind.UntilClose : BodyKind.Chunked;
        EndsWithClose = sentAs == BodyKind.UntilClose;
        KeepsConnection &= mayKeep && !EndsWithClose;
        ConnectionDirective directive = !KeepsConnection ? ConnectionDirective.Close
            : request.IsHttp10 ? ConnectionDirective.KeepAlive
            : ConnectionDirective.None;
        Place(head, directive, sentAs, ref response.Buffer);
        response.Framing.Begin(head.Body, head.ContentLength, sentAs, dropsTrailers: head.ConnectionNamesFields);
    }

    /// <summary>Writes a local response.</summary>
    /// <param name="request">The request's head.</param>
    /// <param name="reason">What the response says.</param>
    /// <param name="mayKeep">As in <see cref="Send"/>.</param>
    /// <param name="date">The value of Date.</param>
    /// <param name="requestId">The value of X-Request-Id; empty if the field is not sent.</param>
    /// <param name="response">Empty.</param>
    public void SendLocal(
        RequestHead request, FailureReason reason, bool mayKeep, ReadOnlySpan<byte> date, ReadOnlySpan<byte> requestId, ref MessageBuffer response)
    {
        KeepsConnection &= mayKeep && !request.IsHttp10;
        LocalResponse.Write(ref response, reason, request.Method == RequestMethod.Head, KeepsConnection, date, requestId);
    }

    private static void Place(ResponseHead head, ConnectionDirective directive, BodyKind sentAs, ref MessageBuffer response) =>
        response.AddHead(Http1ResponseEncoder.Encode(head, directive, sentAs, response.HeadRoom));
}

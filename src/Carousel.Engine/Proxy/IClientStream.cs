using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>
/// A request of a client and the way of its response: what an exchange knows of a client, whatever the protocol. The head was received before the exchange
/// begins. Each exchange ends with <see cref="Complete"/> or <see cref="Abort"/>. Its own worker's thread only.
/// </summary>
internal interface IClientStream
{
    /// <summary>The source of the request's body and the sink of the response's, and their counts for this request.</summary>
    ByteStream Stream { get; }

    /// <summary>Who the client is.</summary>
    ref readonly ClientIdentity Identity { get; }

    /// <summary>The authority of a request without one: the address and port that the client connected to.</summary>
    ReadOnlySpan<byte> LocalAuthority { get; }

    /// <summary>Sends an interim response (1xx) before what is pending. False if this client gets none.</summary>
    bool SendInterim(ResponseHead head, ref MessageBuffer response);

    /// <summary>Sends 101: from here on, both directions are bytes without framing.</summary>
    void SwitchProtocols(ResponseHead head, ref BodyRelay response);

    /// <summary>Sends the head of the final response, and begins its body's framing.</summary>
    /// <param name="head">With all edits.</param>
    /// <param name="isRequestRead">The request was received to its end; otherwise its rest will not be.</param>
    /// <param name="response">The head is placed before what it has received of the body.</param>
    void SendHead(ResponseHead head, bool isRequestRead, ref BodyRelay response);

    /// <summary>Sends a local response.</summary>
    /// <param name="reason">What it says.</param>
    /// <param name="isRequestRead">As in <see cref="SendHead"/>.</param>
    /// <param name="requestId">The value of X-Request-Id; empty if the field is not sent.</param>
    /// <param name="response">Empty.</param>
    void SendLocal(FailureReason reason, bool isRequestRead, ReadOnlySpan<byte> requestId, ref MessageBuffer response);

    /// <summary>The rest of the request can't be received: it is malformed, or the client does not send it.</summary>
    void RefuseRest();

    /// <summary>The response is sent to its end.</summary>
    /// <param name="isRequestRead">The request was received to its end.</param>
    void Complete(bool isRequestRead);

    /// <summary>Ends the stream, so that the client can't take an incomplete response for complete.</summary>
    void Abort();
}

using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>
/// A request to a server and the way of its response: what an exchange knows of a server's connection, whatever the protocol. Ends with
/// <see cref="Release"/> or <see cref="Drop"/>. Its own worker's thread only.
/// </summary>
internal interface IServerStream
{
    Server Server { get; }

    /// <summary>A request was completed on its connection before: the server may have closed it since.</summary>
    bool WasUsedBefore { get; }

    /// <summary>The sink of the request's body and the source of the response's.</summary>
    ByteStream Stream { get; }

    /// <summary>Encodes the head in front of the body bytes that are pending.</summary>
    void SendHead(RequestHead head, ref MessageBuffer request);

    /// <summary>Receives the next head: of an interim or of the final response.</summary>
    /// <param name="method">The request's method, which determines whether there is a body.</param>
    /// <param name="head">Overwritten; defined for <see cref="HeadResult.Complete"/>, when its bytes are taken from the buffer.</param>
    /// <param name="response">What was received; nothing may be pending.</param>
    /// <param name="reason">Why it is rejected.</param>
    HeadResult ReadHead(RequestMethod method, ResponseHead head, ref MessageBuffer response, out FailureReason reason);

    /// <summary>The response is fully received and the request fully sent. The only place that decides whether the connection is used again.</summary>
    /// <param name="isClean">All that was received belongs to the response, and the request was sent to its end.</param>
    void Release(bool isClean);

    /// <summary>The server's response is not wanted any more.</summary>
    void Drop();
}

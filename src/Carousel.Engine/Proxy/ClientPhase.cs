namespace Carousel.Engine.Proxy;

/// <summary>What a client's connection does. The table of transitions is docs/STATES.md.</summary>
internal enum ClientPhase : byte
{
    /// <summary>Waits for a request.</summary>
    Idle,
    /// <summary>A request's head is being received.</summary>
    ReadingHead,
    InExchange,
    /// <summary>
    /// The last response is sent. What is received is discarded, so that the kernel does not reset the connection before the client has read the response.
    /// </summary>
    Lingering,
}

namespace Carousel.Engine.Proxy;

/// <summary>Uses a connection to a server and is notified of its events. Its own worker's thread only.</summary>
internal interface IConnectionOwner
{
    /// <summary>The connection's readiness has changed: it may be connected, readable, writable, or closed by the server.</summary>
    void OnReady();
}

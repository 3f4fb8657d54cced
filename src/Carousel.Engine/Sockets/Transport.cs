using Carousel.Engine.Linux;

namespace Carousel.Engine.Sockets;

/// <summary>
/// Moves bytes over connected descriptors, and opens and closes them. Never blocks. Results below zero are error numbers, negated.
/// The engine knows sockets through this only: a test scripts it, TLS puts itself behind the same receive and send.
/// </summary>
internal abstract unsafe class Transport
{
    /// <summary>Bytes received, 0 at the peer's end, or the error negated.</summary>
    public abstract int Receive(int fd, byte* to, int count);

    /// <summary>Bytes taken by the kernel, or the error negated.</summary>
    public abstract int Send(int fd, byte* from, int count);

    /// <summary>Moves up to <paramref name="count"/> bytes between a socket and a pipe without copying.</summary>
    public abstract int Splice(int from, int to, int count);

    /// <summary>
    /// Bytes that the kernel takes for this connection before it is full, its own overhead among them (some percent); it takes more as the peer takes them. 0 if it
    /// does not say.
    /// </summary>
    public abstract int SendRoom(int fd);

    /// <summary>Whether the peer closed or sent something, without taking it: 0 at its end, above 0 if bytes wait, -EAGAIN if neither.</summary>
    public abstract int Peek(int fd);

    /// <summary>Bytes that were sent and that the peer has not acknowledged; 0 if that can't be told.</summary>
    public abstract int Unacknowledged(int fd);

    /// <summary>
    /// Begins to connect; <paramref name="fd"/> is the new descriptor. 0, -EINPROGRESS, or the error negated with no descriptor left open. EADDRNOTAVAIL means that
    /// this host has no port left; that it has no address to reach the destination from is ENETUNREACH, in IPv6 too.
    /// </summary>
    public abstract int Connect(in SockAddr to, out int fd);

    /// <summary>How a connect that was in progress ended: 0, or the error negated.</summary>
    public abstract int ConnectResult(int fd);

    /// <summary>The new connection's descriptor, or the error negated.</summary>
    public abstract int Accept(int listener, out SockAddr peer);

    /// <summary>Where this end of the connection is.</summary>
    public abstract SockAddr LocalAddress(int fd);

    /// <summary>Sends the end of our bytes; the peer's may still come.</summary>
    public abstract void ShutdownSend(int fd);

    public abstract void Close(int fd);

    /// <summary>Closes with a reset, so that the peer can't take the end of the bytes for the end of the message.</summary>
    public abstract void Abort(int fd);
}

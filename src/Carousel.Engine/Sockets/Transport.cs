using Carousel.Engine.Linux;

namespace Carousel.Engine.Sockets;

/// <summary>
/// Moves bytes over connected descriptors, and opens and closes them. Never blocks. Negative results are negated error numbers. The engine
/// uses sockets through this class only: a test can script it, and TLS can be placed behind the same receive and send.
/// </summary>
internal abstract unsafe class Transport
{
    /// <summary>Returns the bytes received, 0 at the peer's end, or the negated error.</summary>
    public abstract int Receive(int fd, byte* to, int count);

    /// <summary>Returns the bytes accepted by the kernel, or the negated error.</summary>
    public abstract int Send(int fd, byte* from, int count);

    /// <summary>Moves up to <paramref name="count"/> bytes between a socket and a pipe without copying.</summary>
    public abstract int Splice(int from, int to, int count);

    /// <summary>
    /// Returns the bytes that the kernel accepts for this connection before its buffer is full, including some percent of its own overhead.
    /// It accepts more as the peer receives. 0 if unknown.
    /// </summary>
    public abstract int SendRoom(int fd);

    /// <summary>
    /// Checks without reading whether the peer closed or sent bytes: 0 at its end, above 0 if bytes are available, -EAGAIN if neither.
    /// </summary>
    public abstract int Peek(int fd);

    /// <summary>Returns the bytes sent but not acknowledged by the peer; 0 if unknown.</summary>
    public abstract int Unacknowledged(int fd);

    /// <summary>
    /// Starts to connect; <paramref name="fd"/> is the new descriptor. Returns 0, -EINPROGRESS, or the negated error with no descriptor
    /// left open. EADDRNOTAVAIL means that this host has no free port. ENETUNREACH means that it has no source address to reach the
    /// destination, in IPv6 too.
    /// </summary>
    public abstract int Connect(in SockAddr to, out int fd);

    /// <summary>Returns the result of a connect that was in progress: 0, or the negated error.</summary>
    public abstract int ConnectResult(int fd);

    /// <summary>Returns the new connection's descriptor, or the negated error.</summary>
    public abstract int Accept(int listener, out SockAddr peer);

    /// <summary>Returns the local address of the connection.</summary>
    public abstract SockAddr LocalAddress(int fd);

    /// <summary>Ends the sending side; the peer may still send.</summary>
    public abstract void ShutdownSend(int fd);

    public abstract void Close(int fd);

    /// <summary>Closes with a reset, so that the peer cannot take the end of the bytes for the end of the message.</summary>
    public abstract void Abort(int fd);
}

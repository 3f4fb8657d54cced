using Carousel.Engine.Linux;

namespace Carousel.Engine.Sockets;

/// <summary>
/// Opens connections. Never blocks. Negative results are negated error numbers. The engine uses sockets through this class and the streams that it creates: a
/// test can script both. Shared by all workers.
/// </summary>
internal abstract class Transport
{
    /// <summary>Returns a stream that is not open, to be reused for one connection after the other.</summary>
    public abstract ByteStream CreateStream();

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
}

using Carousel.Engine.Reactor;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>A connection of a worker, to a client or to a server: its stream, and its registration with epoll.</summary>
internal abstract class Connection(Worker worker) : EventTarget
{
    protected Worker Worker { get; } = worker;

    /// <summary>The connection's bytes and its readiness. Closed only by the connection.</summary>
    public ByteStream Stream { get; } = worker.Transport.CreateStream();

    public bool IsOpen => Fd >= 0;

    /// <summary>Takes over a descriptor and registers it with epoll; 0, or the negated errno with the descriptor closed.</summary>
    protected int Open(int fd, bool isConnected)
    {
        Fd = fd;
        Stream.Open(fd, isConnected);
        int result = Worker.Loop.Watch(this);
        if (result < 0)
        {
            Stream.Close();
            Fd = -1;
        }
        return result;
    }

    /// <summary>Closes the stream, once; with a reset if <paramref name="abort"/>.</summary>
    protected void CloseStream(bool abort)
    {
        Worker.Loop.Release(this);
        if (abort)
        {
            Stream.Abort();
        }
        else
        {
            Stream.Close();
        }
        Fd = -1;
    }
}

using Carousel.Engine.Linux;

namespace Carousel.Engine.Proxy;

internal enum MailKind : byte
{
    /// <summary>Take over an accepted connection.</summary>
    Adopt,
    /// <summary>Stop accepting, complete requests in flight.</summary>
    Drain,
    /// <summary>Cut everything.</summary>
    Stop,
    /// <summary>Shared state has changed: check whether the worker is over.</summary>
    Recheck,
    /// <summary>There is a new snapshot of the pool.</summary>
    PoolChanged,
    /// <summary>Close an idle connection: descriptors are short, or another worker has no room for a client, which is to be taken over.</summary>
    MakeRoom,
    /// <summary>A server may have room for a request that waits here.</summary>
    Room,
}

/// <summary>A message to a worker from another thread.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Fd">Adopt, MakeRoom: the connection's descriptor; MakeRoom: -1 if there is none.</param>
/// <param name="Peer">Adopt, MakeRoom: the client.</param>
/// <param name="DrainMs">Drain: the drain timeout.</param>
internal readonly record struct Mail(MailKind Kind, int Fd = -1, SockAddr Peer = default, long DrainMs = 0);

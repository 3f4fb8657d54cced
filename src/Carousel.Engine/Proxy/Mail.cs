using Carousel.Engine.Linux;

namespace Carousel.Engine.Proxy;

internal enum MailKind : byte
{
    /// <summary>Take over an accepted connection.</summary>
    Adopt,
    /// <summary>Stop accepting, finish what is in flight.</summary>
    Drain,
    /// <summary>Cut everything.</summary>
    Stop,
    /// <summary>What all share has changed; it may be over.</summary>
    Recheck,
    /// <summary>There is a new snapshot of the pool.</summary>
    PoolChanged,
    /// <summary>Descriptors are short, or another worker has a client for whose connection there is no place: close what is idle, and take that client in.</summary>
    MakeRoom,
    /// <summary>A server may have room for a request that waits here.</summary>
    Room,
}

/// <summary>What a worker may be told by other threads.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Fd">Adopt, MakeRoom: the connection's descriptor; MakeRoom: -1 if there is none.</param>
/// <param name="Peer">Adopt, MakeRoom: the client.</param>
/// <param name="DrainMs">Drain: how long what is in flight may take.</param>
internal readonly record struct Mail(MailKind Kind, int Fd = -1, SockAddr Peer = default, long DrainMs = 0);

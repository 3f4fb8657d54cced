using Carousel.Core.Pool;

namespace Carousel.Core.Ring;

/// <summary>
/// One stay of a server in the ring. Never reused: a server that comes back gets a fresh one, so a thread that was
/// asleep cannot take a new stay for an old one.
/// </summary>
internal sealed class RingNode
{
    public RingNode(RingPlace place)
    {
        Place = place;
        Server = place.Server;
        Next = this;
        Prev = this;
    }

    /// <summary>The server; null for the origin only. Beside the place's own for the sake of one load less a turn.</summary>
    public readonly Server? Server;

    /// <summary>Read without the lock. Kept when the node leaves the ring, so that a reader on it finds its way back.</summary>
    public volatile RingNode Next;

    /// <summary>The node itself, once it has left the ring. Only used under the lock.</summary>
    public RingNode Prev;

    /// <summary>Where in the rotation it stands or stood. Only used under the lock.</summary>
    public RingPlace Place;

    /// <summary>False once the node has left the ring, for good; always false for the origin, whose turn never comes.</summary>
    public volatile bool InRing;
}

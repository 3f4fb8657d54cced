using Carousel.Core.Servers;

namespace Carousel.Core.Ring;

/// <summary>
/// A server's entry in the ring, from insertion to removal. Never reused: a restored server gets a new node, so a delayed thread cannot confuse the
/// two (ABA).
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

    /// <summary>The server; null for the origin only. A copy of the place's, which saves a load per step.</summary>
    public readonly Server? Server;

    /// <summary>Read without the lock. Kept when the node is removed, so that a reader on it finds its way back into the ring.</summary>
    public volatile RingNode Next;

    /// <summary>The previous node; the node itself once it is removed. Only used under the lock.</summary>
    public RingNode Prev;

    /// <summary>Its place in the rotation. Only used under the lock.</summary>
    public RingPlace Place;

    /// <summary>False once the node is removed, for good; always false for the origin, which is never picked.</summary>
    public volatile bool InRing;
}

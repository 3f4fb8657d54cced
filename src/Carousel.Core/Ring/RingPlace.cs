using Carousel.Core.Pool;

namespace Carousel.Core.Ring;

/// <summary>A server's place in the rotation, kept while the server is out. All of it is used under the ring's lock only.</summary>
internal sealed class RingPlace(Server? server)
{
    /// <summary>The order of a place that was given up: before all others, so that nothing is inserted behind it.</summary>
    public const int GivenUp = -1;

    /// <summary>Whose place it is; null for the origin's.</summary>
    public Server? Server { get; } = server;

    /// <summary>Its index among the places; the origin's is 0.</summary>
    public int Order { get; set; }

    /// <summary>The server's node; null while it is out.</summary>
    public RingNode? Node { get; set; }
}

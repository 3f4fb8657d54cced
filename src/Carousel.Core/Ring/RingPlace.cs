using Carousel.Core.Servers;

namespace Carousel.Core.Ring;

/// <summary>A server's place in the rotation, kept while the server is out. Only used under the ring's lock.</summary>
internal sealed class RingPlace(Server? server)
{
    /// <summary>The order of a removed place: before all others, so that nothing is inserted after it.</summary>
    public const int GivenUp = -1;

    /// <summary>The server; null for the origin's place.</summary>
    public Server? Server { get; } = server;

    /// <summary>Its index; the origin's is 0.</summary>
    public int Order { get; set; }

    /// <summary>The server's node; null while the server is out.</summary>
    public RingNode? Node { get; set; }
}

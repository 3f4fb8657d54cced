namespace Carousel.Pool.Peers;

/// <summary>What each command compares, in the order of its tables.</summary>
internal static class PeerCatalog
{
    /// <summary>
    /// Each product with its plainest policy: what is compared is how it finds out about servers, and what it does then. Carousel twice: by a health check, and
    /// by connecting only, where a server that is stopped is never down.
    /// </summary>
    public static IReadOnlyList<Peer> OfChurn(string? carousel) =>
    [
        new CarouselPeer("round-robin", carousel), new CarouselPeer("round-robin", carousel, byPath: false), new NginxPeer("round_robin"),
        new HaproxyPeer("roundrobin"), new YarpPeer("RoundRobin"),
    ];

    /// <summary>What is promised, Carousel's other policies to compare it with, and the best that the others have where servers differ.</summary>
    public static IReadOnlyList<Peer> OfBalance(string? carousel) =>
    [
        new CarouselPeer(CarouselPeer.Dynamic, carousel), new CarouselPeer("ewma", carousel), new CarouselPeer("least-requests", carousel),
        new CarouselPeer("round-robin", carousel), new NginxPeer("least_conn"), new HaproxyPeer("leastconn"), new HaproxyPeer("random(2)"),
        new YarpPeer("PowerOfTwoChoices"),
    ];

    /// <summary>The products that one may ask for.</summary>
    public static IReadOnlyList<string> Products { get; } = [.. OfChurn(null).Select(peer => peer.Product).Distinct()];
}

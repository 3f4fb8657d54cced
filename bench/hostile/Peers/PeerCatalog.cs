namespace Carousel.Hostile.Peers;

/// <summary>All peers, in the order of the tables.</summary>
internal static class PeerCatalog
{
    public static IReadOnlyList<string> Names { get; } = [.. All(null).Select(peer => peer.Name)];

    public static IReadOnlyList<Peer> All(string? carousel) => [new CarouselPeer(carousel), new NginxPeer(), new HaproxyPeer()];
}

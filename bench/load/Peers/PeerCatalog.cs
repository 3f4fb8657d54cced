using System.Runtime.InteropServices;

namespace Carousel.Load.Peers;

/// <summary>All that can be compared, in the order of the tables.</summary>
internal static class PeerCatalog
{
    public static IReadOnlyList<string> Names { get; } = All(null).Select(peer => peer.Name).ToList();

    public static IReadOnlyList<Peer> All(string? carousel)
    {
        Peer[] products =
        [
            new CarouselPeer(carousel), new NginxPeer(), new HaproxyPeer(), new YarpPeer(), new CarouselSessionsPeer(carousel), new HaproxyCookiePeer(),
        ];

        // The floor knows x64's layout of epoll events only.
        return RuntimeInformation.ProcessArchitecture == Architecture.X64 ? [.. products, new FloorPeer()] : products;
    }
}

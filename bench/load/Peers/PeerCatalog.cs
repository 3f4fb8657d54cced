using System.Runtime.InteropServices;

namespace Carousel.Load.Peers;

/// <summary>All that can be compared, in the order of the tables.</summary>
internal static class PeerCatalog
{
    public static IReadOnlyList<string> Names { get; } = All(null).Select(peer => peer.Name).ToList();

    /// <summary>Those that were asked for, and each Carousel among them once more as it was before, if there is such a binary.</summary>
    public static IReadOnlyList<Peer> Chosen(LoadOptions options)
    {
        Peer[] before = options.Before is { } binary
            ? [new CarouselPeer(binary, CarouselPeer.BeforeName), new CarouselSessionsPeer(binary, CarouselSessionsPeer.BeforeName)]
            : [];
        IEnumerable<Peer> chosen = All(options.Carousel).Where(peer => options.Peers.Contains(peer.Name));
        return [.. chosen.SelectMany(peer => (Peer[])[peer, .. before.Where(other => other.Name == $"{peer.Name}-before")])];
    }

    private static IReadOnlyList<Peer> All(string? carousel)
    {
        Peer[] products =
        [
            new CarouselPeer(carousel), new NginxPeer(), new HaproxyPeer(), new YarpPeer(), new CarouselSessionsPeer(carousel), new HaproxyCookiePeer(),
        ];

        // The floor knows x64's layout of epoll events only.
        return RuntimeInformation.ProcessArchitecture == Architecture.X64 ? [.. products, new FloorPeer()] : products;
    }
}

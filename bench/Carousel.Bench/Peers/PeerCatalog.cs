using System.Runtime.InteropServices;

namespace Carousel.Bench.Peers;

/// <summary>What each benchmark compares, in the order of its tables.</summary>
internal static class PeerCatalog
{
    /// <summary>Each product with one worker, and those that keep sessions; each Carousel once more as it was before, if there is such a binary.</summary>
    public static IReadOnlyList<Peer> OfLoad(string? carousel, string? before)
    {
        Peer[] Carousel(string name, bool sessions, bool defaults = false) =>
        [
            new CarouselPeer(carousel) { Name = name, KeepsSessions = sessions, AtDefaults = defaults },
            .. before is null ? (Peer[])[] : [new CarouselPeer(before) { Name = name + CarouselPeer.Before, KeepsSessions = sessions, AtDefaults = defaults }],
        ];

        return
        [
            .. Carousel(CarouselPeer.ProductName, sessions: false), new NginxPeer(), new HaproxyPeer(), new YarpPeer(),
            .. Carousel(CarouselPeer.DefaultsName, sessions: true, defaults: true), .. Carousel(CarouselPeer.SessionsName, sessions: true),
            new HaproxyPeer { Name = HaproxyPeer.CookieName, KeepsSessions = true },
            // The floor knows x64's layout of epoll events only.
            .. RuntimeInformation.ProcessArchitecture == Architecture.X64 ? (Peer[])[new FloorPeer()] : [],
        ];
    }

    /// <summary>
    /// Each product with its plainest policy: what is compared is how it finds out about servers, and what it does then. Carousel twice: by a health check, and
    /// by connecting only, where a server that is stopped is never down.
    /// </summary>
    public static IReadOnlyList<Peer> OfChurn(string? carousel) =>
    [
        new CarouselPeer(carousel) { Policy = "round-robin" },
        new CarouselPeer(carousel) { Policy = "round-robin", Name = "carousel round-robin without --health-path", ByPath = false },
        new NginxPeer { Policy = NginxPeer.RoundRobin }, new HaproxyPeer { Policy = "roundrobin" }, new YarpPeer { Policy = "RoundRobin" },
    ];

    /// <summary>What is promised, Carousel's other policies to compare it with, and the best that the others have where servers differ.</summary>
    public static IReadOnlyList<Peer> OfBalance(string? carousel) =>
    [
        .. ((string[])[CarouselPeer.Dynamic, "ewma", "least-requests", "round-robin"]).Select(policy => new CarouselPeer(carousel) { Policy = policy }),
        new NginxPeer { Policy = "least_conn" }, new HaproxyPeer { Policy = "leastconn" }, new HaproxyPeer { Policy = "random(2)" },
        new YarpPeer { Policy = "PowerOfTwoChoices" },
    ];

    /// <summary>Those that are tried by hostile clients.</summary>
    public static IReadOnlyList<Peer> OfHostile(string? carousel) => [new CarouselPeer(carousel), new NginxPeer(), new HaproxyPeer()];
}

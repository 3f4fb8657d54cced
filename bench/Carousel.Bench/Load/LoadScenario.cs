using Carousel.Bench.Peers;

namespace Carousel.Bench.Load;

/// <summary>A scenario that wrk drives in a closed loop.</summary>
/// <param name="Name">As the command line and the tables call it.</param>
/// <param name="Title">What it is, for the report.</param>
/// <param name="Path">What is asked for.</param>
/// <param name="Connections">How many clients ask, each again as soon as it has its response.</param>
internal sealed record LoadScenario(string Name, string Title, string Path, int Connections)
{
    /// <summary>What one request moves, as the tables' unit of work.</summary>
    public string Unit { get; init; } = "request";

    /// <summary>Each request posts a body of 1 MB.</summary>
    public bool Uploads { get; init; }

    /// <summary>Each request uses a new connection.</summary>
    public bool Closes { get; init; }

    /// <summary>Of how many sessions requests bring the cookies; 0 if none has one.</summary>
    public int Sessions { get; init; }

    /// <summary>The cost of sessions is measured: of the peers that keep them, and of those that do not, as a baseline.</summary>
    public bool NeedsSessions { get; init; }

    /// <summary>Whose numbers the others are compared with.</summary>
    public string Own => NeedsSessions ? CarouselPeer.DefaultsName : CarouselPeer.ProductName;

    /// <summary>Small responses over keep-alive: all that the floor can do.</summary>
    public bool FitsFloor { get; init; }

    /// <summary>Whether the peer is measured in this.</summary>
    public bool Takes(Peer peer) => NeedsSessions
        ? !peer.IsLimit && !peer.NeedsWarmUp
        : !peer.KeepsSessions && (FitsFloor || !peer.IsLimit);
}

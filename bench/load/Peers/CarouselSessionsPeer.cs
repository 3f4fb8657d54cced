namespace Carousel.Load.Peers;

/// <summary>Carousel with sessions as they ship, but for the store: a Redis on the load's core, since the embedded one would be on its own.</summary>
/// <param name="given">A binary that is built already; null to publish the repository's.</param>
internal sealed class CarouselSessionsPeer(string? given) : CarouselPeer(given)
{
    public new const string PeerName = "carousel-sessions";

    public override string Name => PeerName;

    public override bool KeepsSessions => true;

    public override IEnumerable<(string, string)> Needs => [.. base.Needs, SessionStore.Needs];

    protected override string[] Sessions(Place place) => ["--session", "shared", "--store", $"redis://127.0.0.1:{place.Store}"];
}

namespace Carousel.Load.Peers;

/// <summary>Carousel with sessions as they ship, but for the store: a Redis on the load's core, since the embedded one would be on its own.</summary>
/// <param name="given">A binary that is built already; null to publish the repository's.</param>
/// <param name="name">As the tables call it.</param>
internal sealed class CarouselSessionsPeer(string? given, string name = CarouselSessionsPeer.PeerName) : CarouselPeer(given, name)
{
    public new const string PeerName = "carousel-sessions";

    /// <summary>The binary that is given with <c>--before</c>.</summary>
    public new const string BeforeName = "carousel-sessions-before";

    public override bool KeepsSessions => true;

    public override IEnumerable<(string, string)> Needs => [.. base.Needs, SessionStore.Needs];

    protected override string[] Sessions(Place place) => ["--session", "shared", "--store", $"redis://127.0.0.1:{place.Store}"];
}

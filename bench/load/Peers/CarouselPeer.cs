namespace Carousel.Load.Peers;

/// <summary>
/// What is judged: published ahead of time as it ships, one worker, without sessions and probes, as the others have none, everything else at its default.
/// </summary>
/// <param name="given">A binary that is built already; null to publish the repository's.</param>
/// <param name="name">As the tables call it.</param>
internal class CarouselPeer(string? given, string name = CarouselPeer.PeerName) : Peer
{
    public const string PeerName = "carousel";

    /// <summary>The binary that is given with <c>--before</c>.</summary>
    public const string BeforeName = "carousel-before";
    private string _binary = "";
    private string _version = "";

    public override string Name => name;

    public override string WorkerThread => "carousel-worker";

    public override IEnumerable<(string, string)> Needs => given is null ? [Publisher.Linker] : [];

    public override async Task PrepareAsync(Publisher publisher, CancellationToken stop) =>
        (_binary, _version) = await publisher.CarouselAsync(given, stop);

    public override Task<string> VersionAsync(CancellationToken stop) => Task.FromResult(_version);

    public override string[] Configure(Place place)
    {
        string servers = Path.Combine(place.Folder, "servers.txt");
        File.WriteAllLines(servers, place.Servers.Select(port => $"http://127.0.0.1:{port}"));
        return
        [
            _binary, "-f", servers, "-p", $"{place.Port}", "--bind", "127.0.0.1", "--workers", "1", "--health", "off",
            // The others have neither a page to look at nor ids of requests, as they are set up here.
            "--admin", "off", "--request-id", "off", .. Sessions(place),
        ];
    }

    protected virtual string[] Sessions(Place place) => ["--session", "off"];
}

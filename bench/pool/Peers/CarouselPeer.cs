using Carousel.Load.Peers;
using Carousel.Load.Processes;

namespace Carousel.Pool.Peers;

/// <summary>What is judged: as it ships, but for sessions, which the others don't have. It probes with a path, as the others do, or only connects.</summary>
/// <param name="policy">As <c>--policy</c> names it.</param>
/// <param name="given">A binary that is built already; null to publish the repository's.</param>
/// <param name="byPath">False to probe without a path, as it does by default: a server is down only if it can't be connected.</param>
internal sealed class CarouselPeer(string policy, string? given, bool byPath = true)
    : Peer(ProductName, byPath ? policy : $"{policy} without --health-path")
{
    public const string ProductName = "carousel";
    public const string Dynamic = "dynamic";
    private const string ServersFile = "servers.txt";
    private string _binary = "";
    private string _version = "";

    /// <summary>Whether its health check asks for an answer.</summary>
    public bool ByPath => byPath;

    public override IEnumerable<(string, string)> Needs => given is null ? [Publisher.Linker] : [];

    public override async Task PrepareAsync(Publisher publisher, CancellationToken stop) =>
        (_binary, _version) = await publisher.CarouselAsync(given, stop);

    public override Task<string> VersionAsync(CancellationToken stop) => Task.FromResult(_version);

    public override string[] Configure(Place place)
    {
        place.Write(ServersFile, Lines(place, place.Servers));

        // No answer timeout: its default is a minute, and what it knows of a server that doesn't answer comes from its probes.
        return
        [
            _binary, "-f", place.File(ServersFile), "-p", $"{place.Port}", "--bind", "127.0.0.1", "--workers", "1", "--session", "off", "--admin", "off", "--request-id", "off",
            "--policy", policy, .. byPath ? (string[])["--health-path", HealthPath] : [],
            // As quick as the others' probes.
            "--health-interval", "500ms", "--health-timeout", "500ms", "--health-fall", "2",
        ];
    }

    /// <summary>It watches the file.</summary>
    public override void Change(Place place, Child process, IReadOnlyList<int> servers) => place.Write(ServersFile, Lines(place, servers));

    private static string Lines(Place place, IReadOnlyList<int> servers) =>
        string.Concat(servers.Select(port => $"http://127.0.0.1:{port}{place.WeightOf(port, "weight=")}\n"));
}

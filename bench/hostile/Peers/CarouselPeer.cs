using Carousel.Load.Peers;

namespace Carousel.Hostile.Peers;

/// <summary>What is judged: as it ships, with one worker and without sessions; probes where a trial wants them.</summary>
/// <param name="given">A binary that is built already; null to publish the repository's.</param>
internal sealed class CarouselPeer(string? given) : Peer
{
    private string _binary = "";

    public override string Name => "carousel";

    public override IEnumerable<(string, string)> Needs => given is null ? [Publisher.Linker] : [];

    public override bool HasAdmin => true;

    public override async Task<string> PrepareAsync(Publisher publisher, string folder, CancellationToken stop)
    {
        var (binary, version) = await publisher.CarouselAsync(given, stop);
        // Where an ordinary user can read it, wherever it was built.
        _binary = Path.Combine(folder, "carousel");
        File.Copy(binary, _binary);
        return version;
    }

    public override string[] Configure(string folder, int port, Setup setup)
    {
        string servers = Path.Combine(folder, "servers.txt");
        string limit = setup.PerServer == 0 ? "" : $" max={setup.PerServer}";
        File.WriteAllLines(servers, setup.Servers.Select(server => $"http://127.0.0.1:{server}{limit}"));
        string[] admin = setup.AdminPort == 0 ? ["--admin", "off"] : ["--admin", $"127.0.0.1:{setup.AdminPort}"];
        string[] connections = setup.Connections == 0 ? [] : ["--max-connections", $"{setup.Connections}"];
        return
        [
            _binary, "-f", servers, "-p", $"{port}", "--bind", "127.0.0.1", "--workers", "1", "--session", "off", "--store", "none",
            "--health", setup.ChecksServers ? "on" : "off", .. admin, .. connections,
        ];
    }
}

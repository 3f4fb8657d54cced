using Carousel.Bench.Processes;
using Carousel.Bench.Servers;

namespace Carousel.Bench.Peers;

/// <summary>
/// The product that is judged: published ahead of time as it ships, with one worker. By default it runs without the features that the other products do not have in that
/// benchmark; with <see cref="AtDefaults"/> it has all that a user gets.
/// </summary>
/// <param name="given">A binary that is built already; null to publish the repository's.</param>
internal sealed class CarouselPeer(string? given) : Peer(ProductName)
{
    public const string ProductName = "carousel", SessionsName = "carousel-sessions", DefaultsName = "carousel-defaults", Dynamic = "dynamic";

    /// <summary>What the binary of <c>--before</c> has behind the name of the peer that it is compared with.</summary>
    public const string Before = "-before";

    private const string ServersFile = "servers.txt";
    private string _binary = "";
    private string _version = "";

    /// <summary>Whether its health check requests a path; else a server is down only if it cannot be connected, the default.</summary>
    public bool ByPath { get; init; } = true;

    /// <summary>Sessions, health checks, request ids, records, metrics and the admin side are on, as they are without a flag. Needs <see cref="Peer.KeepsSessions"/>.</summary>
    public bool AtDefaults { get; init; }

    public override string WorkerThread => "carousel-worker";

    public override bool HasAdmin => true;

    public override IEnumerable<(string, string)> Needs =>
        [.. given is null ? ((string, string)[])[Publisher.Linker] : [], .. KeepsSessions ? ((string, string)[])[SessionStore.Needs] : []];

    public override async Task PrepareAsync(Publisher publisher, CancellationToken stop) =>
        (_binary, _version) = await publisher.CarouselAsync(given, stop);

    public override Task<string> VersionAsync(CancellationToken stop) => Task.FromResult(_version);

    public override string[] Configure(Setup setup)
    {
        setup.Write(ServersFile, Lines(setup, setup.Servers));
        return
        [
            setup.Hostile is null ? _binary : OrdinaryUser.Readable(_binary, setup.Folder),
            "-f", setup.File(ServersFile), "-p", $"{setup.Port}", "--bind", "127.0.0.1", "--workers", "1",
            .. Policy is null ? (string[])[] : ["--policy", Policy],
            .. Sessions(setup), .. Health(setup), .. setup.Hostile is { } hostile ? Limits(hostile) : AtDefaults ? AnyAdminPort : Plain,
        ];
    }

    /// <summary>It watches the file.</summary>
    public override void Change(Setup setup, Child process, IReadOnlyList<int> servers) => setup.Write(ServersFile, Lines(setup, servers));

    /// <summary>The others have neither a page to look at nor ids of requests, as they are set up here.</summary>
    private static string[] Plain => ["--admin", "off", "--request-id", "off"];

    /// <summary>The default port of the admin side may be in use.</summary>
    private static string[] AnyAdminPort => ["--admin", "127.0.0.1:0"];

    private static string[] Limits(HostileSetup hostile) =>
    [
        "--admin", hostile.AdminPort == 0 ? "off" : $"127.0.0.1:{hostile.AdminPort}",
        .. hostile.Connections == 0 ? (string[])[] : ["--max-connections", $"{hostile.Connections}"],
    ];

    // Its own store would be on its core: a Redis on the load's.
    private string[] Sessions(Setup setup) =>
        KeepsSessions ? ["--session", "shared", "--store", $"redis://127.0.0.1:{setup.StorePort}"] : ["--session", "off"];

    private string[] Health(Setup setup)
    {
        if (setup.Detection is null)
        {
            return AtDefaults ? [] : ["--health", setup.Hostile is { ChecksServers: true } ? "on" : "off"];
        }

        // As quick as the others' probes. No response timeout: its default is a minute, and it detects a server that does not respond by its probes.
        return
        [
            .. ByPath ? (string[])["--health-path", DetectionSetup.HealthPath] : [],
            "--health-interval", "500ms", "--health-timeout", "500ms", "--health-fall", "2",
        ];
    }

    private static string Lines(Setup setup, IReadOnlyList<int> servers)
    {
        string limit = setup.Hostile is { PerServer: > 0 and var most } ? $" max={most}" : "";
        return string.Concat(servers.Select(port => $"http://127.0.0.1:{port}{setup.WeightOf(port, "weight=")}{limit}\n"));
    }
}

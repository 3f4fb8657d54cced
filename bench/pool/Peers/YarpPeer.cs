using System.Text.Json;
using System.Text.Json.Nodes;
using Carousel.Load.Peers;
using Carousel.Load.Processes;

namespace Carousel.Pool.Peers;

/// <summary>Kestrel with YARP under the just-in-time compiler, with quick probes and with what requests tell. It has no retries.</summary>
/// <param name="policy">A <c>LoadBalancingPolicy</c>.</param>
internal sealed class YarpPeer(string policy) : Peer("yarp", policy)
{
    private const string ConfigurationFile = "yarp.json";
    private string _program = "";

    public override bool NeedsWarmUp => true;

    public override async Task PrepareAsync(Publisher publisher, CancellationToken stop) =>
        _program = await publisher.PublishAsync("bench/pool/yarp", "pool-yarp", "yarp.dll", stop);

    public override async Task<string> VersionAsync(CancellationToken stop)
    {
        using var graph = JsonDocument.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(_program, ".deps.json"), stop));
        string yarp = graph.RootElement.GetProperty("libraries").EnumerateObject()
            .Select(library => library.Name)
            .First(name => name.StartsWith("Yarp.ReverseProxy/", StringComparison.Ordinal));
        string sdk = (await Command.RunAsync("dotnet", ["--version"], stop)).Trim();
        return $"{yarp.Replace('/', ' ')} on .NET SDK {sdk}";
    }

    public override string[] Configure(Place place)
    {
        place.Write(ConfigurationFile, Configuration(place.Servers));
        return ["dotnet", _program, $"{place.Port}", place.File(ConfigurationFile)];
    }

    /// <summary>It watches the file.</summary>
    public override void Change(Place place, Child process, IReadOnlyList<int> servers) =>
        place.Write(ConfigurationFile, Configuration(servers));

    private string Configuration(IReadOnlyList<int> servers) => new JsonObject
    {
        ["ReverseProxy"] = new JsonObject
        {
            ["Routes"] = new JsonObject
            {
                ["all"] = new JsonObject { ["ClusterId"] = "servers", ["Match"] = new JsonObject { ["Path"] = "{**all}" } },
            },
            ["Clusters"] = new JsonObject
            {
                ["servers"] = new JsonObject
                {
                    ["LoadBalancingPolicy"] = Policy,
                    // As quick as HAProxy's probes: two failures, half a second apart.
                    ["HealthCheck"] = new JsonObject
                    {
                        ["Active"] = new JsonObject
                        {
                            ["Enabled"] = true,
                            ["Interval"] = "00:00:00.5",
                            ["Timeout"] = "00:00:00.5",
                            ["Policy"] = "ConsecutiveFailures",
                            ["Path"] = HealthPath,
                        },
                        ["Passive"] = new JsonObject { ["Enabled"] = true, ["Policy"] = "TransportFailureRate", ["ReactivationPeriod"] = "00:00:05" },
                    },
                    ["Metadata"] = new JsonObject { ["ConsecutiveFailuresHealthPolicy.Threshold"] = "2" },
                    // No shorter ActivityTimeout: without retries, waiting for a stopped server is the best it can do.
                    ["Destinations"] = new JsonObject(servers.Select(port => KeyValuePair.Create<string, JsonNode?>(
                        $"s{port}", new JsonObject { ["Address"] = $"http://127.0.0.1:{port}/" }))),
                },
            },
        },
    }.ToJsonString();
}

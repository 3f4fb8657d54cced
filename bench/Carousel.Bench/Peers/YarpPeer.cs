using System.Text.Json;
using System.Text.Json.Nodes;
using Carousel.Bench.Processes;

namespace Carousel.Bench.Peers;

/// <summary>Kestrel with YARP under the just-in-time compiler. Its policy is a <c>LoadBalancingPolicy</c>. It has no retries.</summary>
internal sealed class YarpPeer() : Peer("yarp")
{
    private const string ConfigurationFile = "yarp.json";
    private string _program = "";

    public override bool NeedsWarmUp => true;

    public override async Task PrepareAsync(Publisher publisher, CancellationToken stop) =>
        _program = await publisher.PublishAsync("bench/programs/yarp", "yarp", "yarp.dll", stop);

    public override async Task<string> VersionAsync(CancellationToken stop)
    {
        using var graph = JsonDocument.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(_program, ".deps.json"), stop));
        string yarp = graph.RootElement.GetProperty("libraries").EnumerateObject()
            .Select(library => library.Name)
            .First(name => name.StartsWith("Yarp.ReverseProxy/", StringComparison.Ordinal));
        string sdk = (await Command.RunAsync("dotnet", ["--version"], stop)).Trim();
        return $"{yarp.Replace('/', ' ')} on .NET SDK {sdk}";
    }

    public override string[] Configure(Setup setup)
    {
        setup.Write(ConfigurationFile, Configuration(setup, setup.Servers));
        return ["dotnet", _program, $"{setup.Port}", setup.File(ConfigurationFile)];
    }

    /// <summary>It watches the file.</summary>
    public override void Change(Setup setup, Child process, IReadOnlyList<int> servers) =>
        setup.Write(ConfigurationFile, Configuration(setup, servers));

    private string Configuration(Setup setup, IReadOnlyList<int> servers)
    {
        var cluster = new JsonObject
        {
            ["LoadBalancingPolicy"] = Policy ?? "RoundRobin",
            // No shorter ActivityTimeout: without retries, waiting for a stopped server is the best it can do.
            ["Destinations"] = new JsonObject(servers.Select(port => KeyValuePair.Create<string, JsonNode?>(
                $"s{port}", new JsonObject { ["Address"] = $"http://127.0.0.1:{port}/" }))),
        };
        if (setup.Detection is not null)
        {
            cluster["HealthCheck"] = Probes();
            cluster["Metadata"] = new JsonObject { ["ConsecutiveFailuresHealthPolicy.Threshold"] = "2" };
        }

        var route = new JsonObject { ["ClusterId"] = "servers", ["Match"] = new JsonObject { ["Path"] = "{**all}" } };
        return new JsonObject
        {
            ["ReverseProxy"] = new JsonObject
            {
                ["Routes"] = new JsonObject { ["all"] = route },
                ["Clusters"] = new JsonObject { ["servers"] = cluster },
            },
        }.ToJsonString();
    }

    /// <summary>As quick as HAProxy's: two failures, half a second apart; and what requests tell.</summary>
    private static JsonObject Probes() => new()
    {
        ["Active"] = new JsonObject
        {
            ["Enabled"] = true,
            ["Interval"] = "00:00:00.5",
            ["Timeout"] = "00:00:00.5",
            ["Policy"] = "ConsecutiveFailures",
            ["Path"] = DetectionSetup.HealthPath,
        },
        ["Passive"] = new JsonObject { ["Enabled"] = true, ["Policy"] = "TransportFailureRate", ["ReactivationPeriod"] = "00:00:05" },
    };
}

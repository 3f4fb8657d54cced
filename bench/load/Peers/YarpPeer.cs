using System.Text.Json;
using Carousel.Load.Processes;

namespace Carousel.Load.Peers;

/// <summary>Kestrel with YARP under the just-in-time compiler.</summary>
internal sealed class YarpPeer : Peer
{
    private string _program = "";

    public override string Name => "yarp";

    public override bool NeedsWarmUp => true;

    public override async Task PrepareAsync(Publisher publisher, CancellationToken stop) =>
        _program = await publisher.PublishAsync("bench/load/yarp", "yarp", "yarp.dll", stop);

    public override async Task<string> VersionAsync(CancellationToken stop)
    {
        using var graph = JsonDocument.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(_program, ".deps.json"), stop));
        string yarp = graph.RootElement.GetProperty("libraries").EnumerateObject()
            .Select(library => library.Name)
            .First(name => name.StartsWith("Yarp.ReverseProxy/", StringComparison.Ordinal));
        string sdk = (await Command.RunAsync("dotnet", ["--version"], stop)).Trim();
        return $"{yarp.Replace('/', ' ')} on .NET SDK {sdk}";
    }

    public override string[] Configure(Place place) =>
        ["dotnet", _program, $"{place.Port}", .. place.Servers.Select(port => $"{port}")];
}

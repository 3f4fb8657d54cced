using Carousel.Bench.Hostile.Clients;
using Carousel.Bench.Peers;

namespace Carousel.Bench.Hostile.Trials;

/// <summary>The limit of connections, full of clients that only stay.</summary>
internal sealed class ConnectionTrial : Trial
{
    private const int Limit = 100;

    public override string Name => "connections";

    public override string Description
        => $"At most {Limit} connections of clients, and {Limit} that asked once and stay. Then 100 newcomers, 50 ms apart, with 3 s for each; latency in ms. "
        + "nginx counts its connections to servers too, so it has 20 more.";

    public override string[] Columns => ["newcomers served", "p50", "worst", "idle ones closed"];

    public override async Task<string[]?> MeasureAsync(Peer peer, Place place, CancellationToken stop)
    {
        using var running = place.Start(peer, new HostileSetup { Connections = Limit });
        await using var idle = Crowd.Silent(Limit, running.Port, Client.Get("/64"));
        await Task.Delay(1_000, stop);
        var others = await Others.AskAsync(running.Port, 100, TimeSpan.FromMilliseconds(50), stop, "/64");
        return [others.ServedOfAsked, others.P50, others.Worst, $"{idle.Lost}"];
    }
}

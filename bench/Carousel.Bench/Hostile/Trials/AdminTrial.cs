using Carousel.Bench.Hostile.Clients;
using Carousel.Bench.Peers;

namespace Carousel.Bench.Hostile.Trials;

/// <summary>The port of probes while others hold it.</summary>
internal sealed class AdminTrial : Trial
{
    public override string Name => "admin";

    public override string Description => "64 connections hold the port of probes and operators, half of them silent, half with half a head. `GET /healthz` and `/readyz` "
        + "once every 200 ms, each on a connection of its own, with 3 s for each; latency in ms. nginx and HAProxy have no such port.";

    public override string[] Columns => ["probes with 200", "p50", "worst"];

    public override async Task<string[]?> MeasureAsync(Peer peer, Place place, CancellationToken stop)
    {
        if (!peer.HasAdmin)
        {
            return null;
        }

        int admin = place.Ports.Next();
        using var running = place.Start(peer, new HostileSetup { AdminPort = admin });
        await using var silent = Crowd.Silent(32, admin, "");
        await using var half = Crowd.Silent(32, admin, "GET /healthz HTTP/1.1\r\nHost: ");
        await Task.Delay(500, stop);
        var probes = await Others.AskAsync(admin, place.Seconds * 5, TimeSpan.FromMilliseconds(200), stop, "/healthz", "/readyz");
        return [probes.ServedOfAsked, probes.P50, probes.Worst];
    }
}

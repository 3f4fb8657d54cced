using Carousel.Bench.Hostile.Clients;
using Carousel.Bench.Peers;
using Carousel.Bench.Servers;

namespace Carousel.Bench.Hostile.Trials;

/// <summary>Few descriptors and many slow readers.</summary>
internal sealed class DescriptorTrial : Trial
{
    public override string Name => "descriptors";

    public override string Description => "1,024 descriptors; 250 clients take 1 KB a second of 64 MB. "
        + "Beside them a small request every 100 ms on a connection of its own, with 3 s for each; latency in ms.";

    public override string[] Columns => ["others served", "p50", "worst", "readers lost"];

    public override async Task<string[]?> MeasureAsync(Peer peer, Place place, CancellationToken stop)
    {
        using var running = place.Start(peer, new HostileSetup { Descriptors = 1_024 });
        await using var readers = Crowd.Readers(250, running.Port, SharedServers.Big, bytesASecond: 1_024);
        await Task.Delay(1_000, stop);
        var others = await Others.AskAsync(running.Port, place.Seconds * 10, TimeSpan.FromMilliseconds(100), stop, "/64");
        return [others.ServedOfAsked, others.P50, others.Worst, $"{readers.Lost}"];
    }
}

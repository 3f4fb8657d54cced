using Carousel.Bench.Hostile.Clients;
using Carousel.Bench.Peers;
using Carousel.Bench.Servers;
using static Carousel.Bench.Reports.Markdown;

namespace Carousel.Bench.Hostile.Trials;

/// <summary>Slow clients and the room of servers.</summary>
internal sealed class SlotTrial : Trial
{
    private const int Slow = 60;

    public override string Name => "slots";

    public override string Description => $"4 servers that take 5 requests each. {Slow} clients send a byte a second of a short body, or take a byte a second of 64 MB. "
        + "Beside them a small request every 100 ms on a connection of its own, with 3 s for each: errors of those, and latency in ms. "
        + "Beside the readers twice as long, since whoever ends slow ones takes some seconds to tell: the errors of either half.";

    public override string[] Columns => ["errors beside senders", "p50", "errors beside readers", "then", "p50", "readers ended"];

    public override async Task<string[]?> MeasureAsync(Peer peer, Place place, CancellationToken stop)
    {
        var setup = new HostileSetup { PerServer = 5 };
        Others beside;
        using (var running = place.Start(peer, setup))
        {
            await using var senders = Crowd.Senders(Slow, running.Port, "POST /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n");
            await Task.Delay(1_000, stop);
            beside = await AskAsync(running, Math.Max(1, place.Seconds / 2), stop);
        }

        using var fresh = place.Start(peer, setup);
        await using var readers = Crowd.Readers(Slow, fresh.Port, SharedServers.Big, bytesASecond: 1);
        await Task.Delay(1_000, stop);
        var first = await AskAsync(fresh, place.Seconds, stop);
        var then = await AskAsync(fresh, place.Seconds, stop);
        return [Errors(beside), beside.P50, Errors(first), Errors(then), then.P50, $"{readers.Lost}"];
    }

    private static Task<Others> AskAsync(RunningPeer running, int seconds, CancellationToken stop) =>
        Others.AskAsync(running.Port, seconds * 10, TimeSpan.FromMilliseconds(100), stop, "/64");

    private static string Errors(Others others) => Number(100.0 * (others.Asked - others.Served) / others.Asked, 0) + "%";
}

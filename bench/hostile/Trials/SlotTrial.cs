using Carousel.Hostile.Clients;
using Carousel.Hostile.Peers;
using static Carousel.Load.Report.Markdown;

namespace Carousel.Hostile.Trials;

/// <summary>Slow clients and the room of servers.</summary>
internal sealed class SlotTrial : Trial
{
    private const int Slow = 60;

    public override string Name => "slots";

    public override string Description => $"4 servers that take 5 requests each. {Slow} clients send a byte a second of a short body, or take a byte a second of 64 MB. Beside them a small request every "
        + "100 ms on a connection of its own, with 3 s for each: errors of those, and latency in ms. Carousel ends slow ones after 10 s, and starts with all of them: a longer --seconds shows more of the time after.";

    public override string[] Columns => ["errors beside senders", "p50", "errors beside readers", "p50", "readers ended"];

    public override async Task<string[]?> MeasureAsync(Peer peer, Place place, CancellationToken stop)
    {
        var setup = new Setup(place.Servers) { PerServer = 5 };
        using var running = place.Start(peer, setup, stop);
        Others beside;
        await using (Crowd.Senders(Slow, running.Port, "POST /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n"))
        {
            beside = await AskAsync(running, place, stop);
        }

        using var fresh = place.Start(peer, setup, stop);
        await using var readers = Crowd.Readers(Slow, fresh.Port, Place.Big, bytesASecond: 1);
        var besideReaders = await AskAsync(fresh, place, stop);
        return [Errors(beside), beside.P50, Errors(besideReaders), besideReaders.P50, $"{readers.Lost}"];
    }

    private static async Task<Others> AskAsync(Running running, Place place, CancellationToken stop)
    {
        await Task.Delay(1_000, stop);
        return await Others.AskAsync(running.Port, place.Seconds * 10, TimeSpan.FromMilliseconds(100), stop, "/64");
    }

    private static string Errors(Others others) => Number(100.0 * (others.Asked - others.Served) / others.Asked, 0) + "%";
}

using System.Diagnostics;
using Carousel.Bench.Hostile.Clients;
using Carousel.Bench.Peers;
using Carousel.Bench.Servers;
using static Carousel.Bench.Reports.Markdown;

namespace Carousel.Bench.Hostile.Trials;

/// <summary>What a MB costs, alone and beside downloads that stand still.</summary>
internal sealed class DownloadTrial : Trial
{
    private const int Downloads = 8, Stalled = 100;
    private const double Megabyte = 1 << 20;

    public override string Name => "downloads";

    public override string Description => $"{Downloads} clients download 1 MB again and again: CPU of the peer in us a MB, alone, and beside {Stalled} that asked for 64 MB and take nothing of it.";

    public override string[] Columns => ["alone", "beside stalled ones", "ratio", "failed"];

    public override async Task<string[]?> MeasureAsync(Peer peer, Place place, CancellationToken stop)
    {
        using var running = place.Start(peer, new HostileSetup());
        var (alone, failedAlone) = await CostAsync(running, place.Time, stop);
        await using var stalled = Crowd.Readers(Stalled, running.Port, SharedServers.Big, bytesASecond: 0);
        await Task.Delay(1_000, stop);
        var (beside, failedBeside) = await CostAsync(running, place.Time, stop);
        return [Number(alone, 0), Number(beside, 0), Number(beside / alone, 2), $"{failedAlone + failedBeside}"];
    }

    private static async Task<(double? MicrosAMegabyte, int Failed)> CostAsync(RunningPeer running, TimeSpan time, CancellationToken stop)
    {
        var from = running.Cpu();
        var all = await Task.WhenAll(Enumerable.Range(0, Downloads).Select(_ => DownloadAsync(running.Port, time, stop)));
        double micros = running.Cpu().Since(from).Total;
        long bytes = all.Sum(one => one.Bytes);
        return (bytes == 0 ? null : micros / (bytes / Megabyte), all.Sum(one => one.Failed));
    }

    private static async Task<(long Bytes, int Failed)> DownloadAsync(int port, TimeSpan time, CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp(), bytes = 0;
        byte[] buffer = new byte[256 * 1024];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(2 * time);
        try
        {
            using var client = await Client.ConnectAsync(port, 0, limit.Token);
            while (Stopwatch.GetElapsedTime(began) < time)
            {
                var (status, got) = await client.AskAsync("/1m", buffer, limit.Token);
                if (status != 200)
                {
                    return (bytes, 1);
                }

                bytes += got;
            }

            return (bytes, 0);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return (bytes, 1);
        }
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using Carousel.Bench.Hostile.Clients;
using Carousel.Bench.Peers;
using Carousel.Bench.Processes;
using static Carousel.Bench.Reports.Markdown;

namespace Carousel.Bench.Hostile.Trials;

/// <summary>An output without a reader.</summary>
internal sealed partial class OutputTrial : Trial
{
    private const int ReadWrite = 2, NonBlocking = 0x800;

    public override string Name => "output";

    public override string Description => "stderr is a full pipe that nobody reads, and two of four servers are not there, which is something to log. "
        + "A small request every 20 ms on a connection of its own, with 3 s for each; then SIGTERM, and how many ms the peer takes to end (2,000: it had to be killed).";

    public override string[] Columns => ["served", "p50", "worst", "end"];

    public override async Task<string[]?> MeasureAsync(Peer peer, Place place, CancellationToken stop)
    {
        string pipe = Path.Combine(place.Folder, $"stderr-{peer.Name}");
        await Command.RunAsync("mkfifo", ["-m", "666", pipe], stop);
        int fd = open(pipe, ReadWrite | NonBlocking);
        if (fd < 0)
        {
            throw new BenchException($"cannot open {pipe}");
        }

        try
        {
            int[] servers = [place.Servers[0], place.Servers[1], .. place.Ports.Next(2)];
            using var running = place.Start(peer, new HostileSetup { ChecksServers = true, StandardError = pipe }, servers);
            Fill(fd);
            var others = await Others.AskAsync(running.Port, place.Seconds * 50, TimeSpan.FromMilliseconds(20), stop, "/64");
            long ending = Stopwatch.GetTimestamp();
            running.Process.Dispose();
            return [others.ServedOfAsked, others.P50, others.Worst, Number(Stopwatch.GetElapsedTime(ending).TotalMilliseconds, 0)];
        }
        finally
        {
            close(fd);
        }
    }

    private static unsafe void Fill(int fd)
    {
        byte[] bytes = new byte[4096];
        fixed (byte* from = bytes)
        {
            while (write(fd, from, bytes.Length) > 0)
            {
            }

            while (write(fd, from, 1) > 0)
            {
            }
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static unsafe partial nint write(int fd, byte* from, nint count);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}

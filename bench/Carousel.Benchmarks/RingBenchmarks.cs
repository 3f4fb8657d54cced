using BenchmarkDotNet.Attributes;
using Carousel.Core.Config;
using Carousel.Core.Ring;
using Carousel.Core.Servers;

namespace Carousel.Benchmarks;

/// <summary>
/// The cost of a rotation step while N threads take steps: all on the same cursor, or each on its own (its own ring of the same servers), the result of an
/// uncontended cursor. The time is wall time per step of all threads together: with perfect scaling over n cores it falls to 1/n.
/// </summary>
[ShortRunJob]
[MemoryDiagnoser]
public class RingBenchmarks
{
    private const int PicksPerInvoke = 1 << 20;

    private ServerRing[] _rings = [];
    private Thread[] _threads = [];
    private Barrier _barrier = new(1);
    private volatile bool _over;

    [Params(1, 2, 4, 16, 64)]
    public int Threads { get; set; }

    [Params(4, 64, 1000)]
    public int Servers { get; set; }

    [Params(true, false)]
    public bool Shared { get; set; }

    [GlobalSetup]
    public void Start()
    {
        Server[] servers = [.. Enumerable.Range(0, Servers).Select(slot => new Server(
            $"{slot}", slot, new ServerEntry { Address = new ServerAddress("localhost", 8000), Name = $"{slot}" }))];
        ServerRing shared = RingOf(servers);
        _rings = [.. Enumerable.Range(0, Threads).Select(_ => Shared ? shared : RingOf(servers))];
        _over = false;
        _barrier = new Barrier(Threads + 1);
        _threads = [.. _rings.Select(ring => new Thread(() => Pick(ring)))];
        Array.ForEach(_threads, thread => thread.Start());
    }

    [Benchmark(OperationsPerInvoke = PicksPerInvoke)]
    public void Next()
    {
        _barrier.SignalAndWait();
        _barrier.SignalAndWait();
    }

    [GlobalCleanup]
    public void Stop()
    {
        _over = true;
        _barrier.SignalAndWait();
        Array.ForEach(_threads, thread => thread.Join());
        _barrier.Dispose();
    }

    private void Pick(ServerRing ring)
    {
        for (_barrier.SignalAndWait(); !_over; _barrier.SignalAndWait())
        {
            for (int i = 0; i < PicksPerInvoke / Threads; i++)
            {
                ring.Next();
            }
            _barrier.SignalAndWait();
        }
    }

    private static ServerRing RingOf(Server[] servers)
    {
        var ring = new ServerRing();
        Array.ForEach(servers, server => ring.Add(server));
        return ring;
    }
}

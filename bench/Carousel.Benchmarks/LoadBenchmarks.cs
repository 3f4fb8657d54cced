using BenchmarkDotNet.Attributes;
using Carousel.Core.Servers;

namespace Carousel.Benchmarks;

/// <summary>
/// The cost of counting a request in and out while N threads do so on the same server: the worst case, a pool of one. The time is wall time per request of all
/// threads together.
/// </summary>
[ShortRunJob]
public class LoadBenchmarks
{
    private const int RequestsAtOnce = 1 << 20;

    private readonly ServerLoad _load = new();
    private Thread[] _threads = [];
    private Barrier _barrier = new(1);
    private volatile bool _over;

    [Params(1, 2, 8)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Start()
    {
        _over = false;
        _barrier = new Barrier(Threads + 1);
        _threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(EnterAndExit))];
        Array.ForEach(_threads, thread => thread.Start());
    }

    [Benchmark(OperationsPerInvoke = RequestsAtOnce)]
    public void TryEnterAndExit()
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

    private void EnterAndExit()
    {
        for (_barrier.SignalAndWait(); !_over; _barrier.SignalAndWait())
        {
            for (int i = 0; i < RequestsAtOnce / Threads; i++)
            {
                _load.TryEnter(0);
                _load.Leave();
            }
            _barrier.SignalAndWait();
        }
    }
}

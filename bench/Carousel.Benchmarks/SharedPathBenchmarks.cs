using System.Net;
using BenchmarkDotNet.Attributes;
using Carousel.Core.Config;
using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Benchmarks;

/// <summary>
/// What a request does to state that other threads use: it is picked a server, counted in and out there, and counted and recorded by its worker. N threads,
/// each pinned to a core, do so on one pool, or each on a pool of its own. The time is wall time per request of one thread: without contention it is that of
/// one thread alone, whatever N.
/// </summary>
[ShortRunJob]
public class SharedPathBenchmarks
{
    private const int RequestsAtOnce = 1 << 18, RequestsAMillisecond = 32;

    private Thread[] _threads = [];
    private Barrier _barrier = new(1);
    private volatile bool _over;

    [Params(PolicyKind.RoundRobin, PolicyKind.Dynamic)]
    public PolicyKind Kind { get; set; }

    [Params(1, 64)]
    public int Servers { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [Params(true, false)]
    public bool Shared { get; set; }

    [GlobalSetup]
    public void Start()
    {
        _over = false;
        _barrier = new Barrier(Threads + 1);
        PoolSnapshot shared = Pool();
        var traffic = new Traffic(Threads, new TrafficOptions());
        _threads = [.. Enumerable.Range(0, Threads).Select(index => new Thread(() => Run(index, Shared ? shared : Pool(), traffic)))];
        Array.ForEach(_threads, thread => thread.Start());
    }

    [Benchmark(OperationsPerInvoke = RequestsAtOnce)]
    public void Request()
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

    private void Run(int index, PoolSnapshot pool, Traffic traffic)
    {
        Cores.PinThread(index % Environment.ProcessorCount);
        var options = new PolicyOptions { Kind = Kind };
        var picker = new Picker(PolicyFactory.Create(options, (ulong)index), PolicyFactory.Create(options, (ulong)index), new SlowStart((ulong)index));
        var tried = new SlotSet();
        long requests = 0;
        for (_barrier.SignalAndWait(); !_over; _barrier.SignalAndWait())
        {
            for (int i = 0; i < RequestsAtOnce; i++)
            {
                Serve(index, pool, picker, tried, traffic, requests++ / RequestsAMillisecond);
            }
            _barrier.SignalAndWait();
        }
    }

    private static void Serve(int index, PoolSnapshot pool, Picker picker, SlotSet tried, Traffic traffic, long nowMs)
    {
        traffic.Workers[index].Requests++;
        Server server = picker.Pick(pool, tried, nowMs)!;
        ServerCounters counters = server.Traffic.Of(index);
        counters.Attempts++;
        counters.Reuses++;
        server.Load.OnResponse(1_000, nowMs);
        counters.CountResponse(200);
        counters.FirstByte.Record(1_000);
        server.Load.Leave();
        counters.Total.Record(1_100);
        var record = new RequestRecord { Status = 200 };
        traffic.Records[index].Begin(ref record, default);
        traffic.Records[index].End();
    }

    private PoolSnapshot Pool()
    {
        Server[] servers = [.. Enumerable.Range(0, Servers).Select(slot => new Server(
            $"{slot}", slot, new ServerEntry { Address = new ServerAddress("10.0.0.1", 8000 + slot), Name = $"{slot}" }))];
        var status = new ServerStatus([new IPEndPoint(IPAddress.Loopback, 80)], IsHealthy: true);
        return PoolBuilder.Build([.. servers], [.. servers.Select(_ => status)]);
    }
}

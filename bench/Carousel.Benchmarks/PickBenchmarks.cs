using BenchmarkDotNet.Attributes;
using Carousel.Core.Config;
using Carousel.Core.Policies;
using Carousel.Core.Ring;
using Carousel.Core.Servers;

namespace Carousel.Benchmarks;

/// <summary>
/// The cost of picking a server for a request: servers of different weights with some requests and latencies, and a clock that advances one millisecond every
/// 32 picks, as with 32,000 requests a second per worker.
/// </summary>
[ShortRunJob]
[MemoryDiagnoser]
public class PickBenchmarks
{
    private const int PicksAtOnce = 1024, PicksAMillisecond = 32;

    private readonly SlotSet _tried = new();
    private Candidates _candidates = null!;
    private Policy _policy = null!;
    private long _picks;

    [Params(PolicyKind.RoundRobin, PolicyKind.Weighted, PolicyKind.LeastRequests, PolicyKind.Ewma, PolicyKind.Dynamic, PolicyKind.Hash, PolicyKind.Random)]
    public PolicyKind Kind { get; set; }

    [Params(4, 64, 1000)]
    public int Servers { get; set; }

    [GlobalSetup]
    public void Start()
    {
        Server[] servers = [.. Enumerable.Range(0, Servers).Select(Server)];
        var ring = new ServerRing();
        foreach (Server server in servers)
        {
            ring.Add(server);
            server.Load.TryEnter(0);
            server.Load.OnResponse(1_000 + 100 * (server.Slot % 7), nowMs: 0);
        }
        _candidates = new Candidates(ring, [.. servers]);
        _policy = PolicyFactory.Create(new PolicyOptions { Kind = Kind }, seed: 1);
    }

    [Benchmark(OperationsPerInvoke = PicksAtOnce)]
    public Server? Pick()
    {
        Server? last = null;
        for (int i = 0; i < PicksAtOnce; i++)
        {
            _picks++;
            last = _policy.Pick(_candidates, new PickInput(_tried, _picks / PicksAMillisecond, key: (ulong)_picks));
        }
        return last;
    }

    private static Server Server(int slot) => new($"{slot}", slot, new ServerEntry
    {
        Address = new ServerAddress("10.0.0.1", 8000 + slot),
        Name = $"{slot}",
        Weight = 1 + slot % 4,
    });
}

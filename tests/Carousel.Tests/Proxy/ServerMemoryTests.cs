using System.Net;
using Carousel.Core.Events;
using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine;
using Carousel.Engine.Proxy;
using Carousel.Tests.Harness;
using Carousel.Tests.Proxy.Fakes;
using Carousel.Tests.Ring;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Tests that measure the process's memory run alone.</summary>
[CollectionDefinition(nameof(MeasuresMemory), DisableParallelization = true)]
public sealed class MeasuresMemory;

/// <summary>What workers hold of servers: made on first use, sized by use.</summary>
[Collection(nameof(MeasuresMemory))]
public sealed class ServerMemoryTests(ITestOutputHelper output)
{
    private const int Servers = 1_000, Workers = 32, Requests = 8;

    private static readonly NoOwner Owner = new();

    /// <summary>One of so many servers has a kept connection of a worker after the test's requests.</summary>
    private const int KeptOf = 8;

    /// <summary>
    /// Every worker sends several requests to every server and keeps connections to some. Latencies of a server are spread log-normally around its median, so
    /// that nine of ten are within a factor of three of it.
    /// </summary>
    [Theory]
    [InlineData(PolicyKind.RoundRobin)]
    [InlineData(PolicyKind.Dynamic)]
    [InlineData(PolicyKind.Hash)]
    public void Workers_AThousandServersEach_StayBelow64MB(PolicyKind policy)
    {
        Server[] servers = RingFixture.ServersOf(Servers);
        ServerStatus[] statuses = [.. servers.Select(_ => new ServerStatus([new IPEndPoint(IPAddress.Loopback, 80)], IsHealthy: true))];
        var pool = TestPool.Of(PoolBuilder.Build([.. servers], [.. statuses]), TestPool.Options with { Policy = new PolicyOptions { Kind = policy } });
        var options = new EngineOptions { Workers = Workers };
        var group = new WorkerGroup(options, pool, new FailureLog());
        var network = new InstantNetwork();
        var clock = new FakeClock();
        group.Workers = [.. Enumerable.Range(0, Workers).Select(index => new Worker(group, new SilentPoller(), clock, network, index))];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Array.ForEach(group.Workers, worker => UseAll(worker, pool.Current));
        long used = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{policy}: {used / 1e6:0.0} MB, {used / (Servers * Workers)} bytes per server and worker");
        Assert.All(servers, server => Assert.Equal(Workers * Requests, server.Traffic.Read().Attempts));
        Array.ForEach(group.Workers, worker => worker.Dispose());
        Assert.InRange(used, 1, 64 << 20);
        GC.KeepAlive(servers);
    }

    private static void UseAll(Worker worker, PoolSnapshot pool)
    {
        var random = new Random(worker.Index);
        var none = new SlotSet();
        foreach (Server server in pool.Servers)
        {
            double median = 1_000 * (1 + server.Slot % 10);
            for (int i = 0; i < Requests; i++)
            {
                Server picked = worker.Picker.Pick(pool, none, worker.Loop.Now, (ulong)random.NextInt64())!;
                double micros = median * Math.Exp(0.65 * Normal(random));
                Record(server.Traffic.Of(worker.Index), (long)micros);
                picked.Load.OnResponse(micros, worker.Loop.Now);
                picked.Load.Leave();
            }
            Connect(worker, server);
        }
    }

    private static void Record(ServerCounters counters, long micros)
    {
        counters.Attempts++;
        counters.CountResponse(200);
        counters.FirstByte.Record(micros);
        counters.Total.Record(micros + 200);
    }

    private static void Connect(Worker worker, Server server)
    {
        Http1ServerConnection connection = worker.Upstreams.Rent();
        Assert.Equal(0, connection.Connect(server, new IPEndPoint(IPAddress.Loopback, 80), Owner));
        if ((server.Slot + worker.Index) % KeptOf == 0)
        {
            worker.Upstreams.Keep(connection, long.MaxValue);
        }
        else
        {
            worker.Upstreams.Close(connection);
        }
    }

    /// <summary>A standard normal value (Box and Muller, 1958).</summary>
    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private sealed class NoOwner : IConnectionOwner
    {
        public void OnReady()
        {
        }
    }
}

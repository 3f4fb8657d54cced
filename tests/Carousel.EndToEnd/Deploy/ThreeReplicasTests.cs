using Carousel.EndToEnd.Deploy.Kubernetes;
using Carousel.EndToEnd.Deploy.Replicas;
using Carousel.EndToEnd.Harness;
using k8s.Models;
using Xunit;

namespace Carousel.EndToEnd.Deploy;

/// <summary>Three balancers as the pods of deploy/loadbalancer.yaml, which come and go under load as one.</summary>
public class ThreeReplicasTests
{
    private const int Servers = 8;
    private const int Visitors = 12;

    /// <summary>Requests of each visitor between two events.</summary>
    private const int Between = 20;

    [Fact]
    public async Task Replicas_KilledDrainedAndReplacedUnderLoad_NoGetFailsAndNoSessionIsLost()
    {
        Manifest manifest = ManifestTests.Load("deploy/loadbalancer.yaml");
        await using ReplicaNetwork network = await ReplicaNetwork.CreateAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(network.IsApart ? "replicas in network namespaces" : "replicas on loopback addresses: not root");
        await using ReplicaStore store = await ReplicaStore.StartAsync(network, manifest.The<V1Secret>("carousel").StringData["store-password"]);
        ReplicaServer[] servers = [.. Enumerable.Range(0, Servers).Select(_ => new ReplicaServer(network, store))];
        Array.ForEach(servers, server => server.Start());
        string[] urls = [.. servers.Select(server => server.Url)];
        var all = new List<Replica>();
        try
        {
            using var load = new ReplicaLoad(network);
            async Task<Replica> AddAsync()
            {
                Replica replica = await Replica.StartAsync(network, manifest, store, urls);
                all.Add(replica);
                load.Ready = load.Ready.Add(replica);
                return replica;
            }
            for (int i = 0; i < 3; i++)
            {
                await AddAsync();
            }
            load.Start(Visitors);
            await load.TurnsAsync(Between);

            await KillAsync(load, all[0]);
            await AddAsync();
            await load.TurnsAsync(Between);

            // Two servers go meanwhile, as in any rollout of theirs.
            await servers[0].DisposeAsync();
            await servers[1].DisposeAsync();
            await DrainAsync(load, all[1]);
            await AddAsync();
            servers[0].Start();
            servers[1].Start();
            await load.TurnsAsync(Between);

            // The last of the first three: first its replacement, as a rollout without loss has it.
            await AddAsync();
            await DrainAsync(load, all[2]);
            await KillAsync(load, all[3]);
            await load.TurnsAsync(Between);
            await load.EndAsync();

            using Resp data = await store.ConnectAsync();
            foreach (string session in load.Sessions)
            {
                Assert.Equal(1L, await data.AskAsync("EXISTS", $"carousel:session:{session}"));
            }
            TestContext.Current.TestOutputHelper?.WriteLine($"{load.Requests} requests, of which {load.SentAgain} were sent again");
        }
        finally
        {
            foreach (IAsyncDisposable part in all.Cast<IAsyncDisposable>().Concat(servers))
            {
                await part.DisposeAsync();
            }
        }
    }

    /// <summary>It dies, and is taken out of the Service only after that.</summary>
    private static async Task KillAsync(ReplicaLoad load, Replica replica)
    {
        await replica.KillAsync();
        await load.TurnsAsync(1);
        load.Ready = load.Ready.Remove(replica);
    }

    /// <summary>It is taken out of the Service, which all have heard of when preStop is over; then comes SIGTERM.</summary>
    private static async Task DrainAsync(ReplicaLoad load, Replica replica)
    {
        load.Ready = load.Ready.Remove(replica);
        await load.TurnsAsync(1);
        Assert.Equal(0, await replica.DrainAsync());
    }
}

using Carousel.EndToEnd.Deploy.Kubernetes;
using Carousel.EndToEnd.Deploy.Replicas;
using Carousel.EndToEnd.Harness;
using k8s.Models;
using Xunit;

namespace Carousel.EndToEnd.Deploy;

/// <summary>Three balancers, run like the pods of deploy/loadbalancer.yaml, added and removed under load.</summary>
public class ThreeReplicasTests
{
    private const int Servers = 8;
    private const int Clients = 12;

    /// <summary>Requests of each client between two events.</summary>
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
            load.Start(Clients);
            await load.RoundsAsync(Between);

            await KillAsync(load, all[0]);
            await AddAsync();
            await load.RoundsAsync(Between);

            // Two servers are removed meanwhile, as in a rollout.
            await servers[0].DisposeAsync();
            await servers[1].DisposeAsync();
            await DrainAsync(load, all[1]);
            await AddAsync();
            servers[0].Start();
            servers[1].Start();
            await load.RoundsAsync(Between);

            // The last of the first three. Its replacement starts first, as in a rollout without loss.
            await AddAsync();
            await DrainAsync(load, all[2]);
            await KillAsync(load, all[3]);
            await load.RoundsAsync(Between);
            await load.EndAsync();

            using Resp data = await store.ConnectAsync();
            foreach (string session in load.Sessions)
            {
                Assert.Equal(1L, await data.CommandAsync("EXISTS", $"carousel:session:{session}"));
            }
            TestContext.Current.TestOutputHelper?.WriteLine($"{load.Requests} requests, of which {load.SentAgain} were retried");
        }
        finally
        {
            foreach (IAsyncDisposable part in all.Cast<IAsyncDisposable>().Concat(servers))
            {
                await part.DisposeAsync();
            }
        }
    }

    /// <summary>Kills a replica, then removes it from the Service.</summary>
    private static async Task KillAsync(ReplicaLoad load, Replica replica)
    {
        await replica.KillAsync();
        await load.RoundsAsync(1);
        load.Ready = load.Ready.Remove(replica);
    }

    /// <summary>Removes a replica from the Service, which every client has seen when preStop ends, then sends SIGTERM.</summary>
    private static async Task DrainAsync(ReplicaLoad load, Replica replica)
    {
        load.Ready = load.Ready.Remove(replica);
        await load.RoundsAsync(1);
        Assert.Equal(0, await replica.DrainAsync());
    }
}

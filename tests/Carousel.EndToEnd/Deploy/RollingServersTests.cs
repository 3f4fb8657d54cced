using System.Net;
using System.Net.Sockets;
using Carousel.EndToEnd.Deploy.Kubernetes;
using Carousel.EndToEnd.Deploy.Replicas;
using Carousel.EndToEnd.Harness;
using k8s.Models;
using Xunit;

namespace Carousel.EndToEnd.Deploy;

/// <summary>
/// <c>kubectl rollout restart statefulset/web</c> with the times of deploy/example-servers.yaml: each pod's network and address are removed, and its name
/// resolves to a new pod at another address only after the cluster's DNS entry has expired.
/// </summary>
public class RollingServersTests
{
    private const int Port = 8000;
    private const int Clients = 12;

    /// <summary>The pause of each client between requests: 120 requests a second in total.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>The time for which the cluster's DNS caches an address or its absence (CoreDNS, plugin kubernetes, default ttl).</summary>
    private static readonly TimeSpan s_timeToLive = TimeSpan.FromSeconds(5);

    /// <summary>The time from the end of a pod until its replacement's process starts.</summary>
    private static readonly TimeSpan s_scheduling = TimeSpan.FromSeconds(1.5);

    /// <summary>From the end of a pod's process, which closes its connections, until its network is taken down: the kubelet looks for ended containers once a second.</summary>
    private static readonly TimeSpan s_teardown = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Rollout_OfEveryServer_NoGetFails()
    {
        Assert.SkipUnless(Tool.IsRoot, "pods need network namespaces, and these need root");
        CancellationToken stop = TestContext.Current.CancellationToken;
        V1StatefulSetSpec web = ManifestTests.Load("deploy/example-servers.yaml").The<V1StatefulSet>("web").Spec;
        V1Container container = web.Template.Spec.Containers.Single();
        var drained = TimeSpan.FromSeconds((double)container.Lifecycle.PreStop.Sleep.Seconds);
        var ready = TimeSpan.FromSeconds((double)container.ReadinessProbe.PeriodSeconds!);
        var settled = TimeSpan.FromSeconds((double)web.MinReadySeconds!);

        await using ReplicaNetwork network = await ReplicaNetwork.CreateAsync();
        ReplicaPlace place = await network.AddAsync();
        using var names = new PodNames(place);
        var pods = new List<Pod>();
        ChildProcess? balancer = null;
        try
        {
            for (int i = 0; i < web.Replicas; i++)
            {
                pods.Add(await Pod.StartAsync(network, $"web-{i}"));
                names.Set(pods[i].Name, pods[i].Address);
            }
            string[] servers = [.. pods.Select(pod => $"http://{pod.Name}:{Port}")];
            balancer = ChildProcess.Start(Path.GetTempPath(), place.Launcher[0], [.. place.Launcher[1..], Binary.Path, .. servers, "-p", "7777", "--admin", "off", "--session", "off"]);
            var front = new IPEndPoint(place.Address, 7777);
            await UntilItRespondsAsync(network, front);

            using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Task<int>[] load = [.. Enumerable.Range(0, Clients).Select(_ => RequestsAsync(network, front, enough.Token))];
            for (int i = pods.Count - 1; i >= 0; i--)
            {
                // Not ready and removed from DNS; clients that resolved it earlier still use the old address.
                await Task.Delay(s_timeToLive < drained ? s_timeToLive : drained, stop);
                names.Remove(pods[i].Name);
                await pods[i].EndAsync();
                await Task.Delay(s_scheduling, stop);
                pods[i] = await Pod.StartAsync(network, pods[i].Name);
                await Task.Delay(ready, stop);
                await Task.WhenAll(PublishAsync(names, pods[i], stop), Task.Delay(settled, stop));
            }
            await enough.CancelAsync();
            int[] requests = await Task.WhenAll(load);
            TestContext.Current.TestOutputHelper?.WriteLine($"{requests.Sum()} requests\n{balancer.Errors}");
            await UntilAllServeAsync(network, front, pods);
        }
        finally
        {
            foreach (Pod pod in pods)
            {
                await pod.DisposeAsync();
            }
            await (balancer?.DisposeAsync() ?? default);
        }
    }

    private static async Task PublishAsync(PodNames names, Pod pod, CancellationToken stop)
    {
        await Task.Delay(s_timeToLive, stop);
        names.Set(pod.Name, pod.Address);
    }

    private static Task UntilItRespondsAsync(ReplicaNetwork network, IPEndPoint front) => Deadlines.UntilAsync(
        async () =>
        {
            try
            {
                using var client = new Wire(await network.ConnectAsync(front));
                return (await GetAsync(client)).Status == 200;
            }
            catch (SocketException)
            {
                return false;
            }
        },
        "the balancer to respond");

    /// <summary>Sends requests on one connection until stopped; every response must be a 200. Returns the number of requests.</summary>
    private static async Task<int> RequestsAsync(ReplicaNetwork network, IPEndPoint front, CancellationToken enough)
    {
        using var client = new Wire(await network.ConnectAsync(front));
        int requests = 0;
        for (; !enough.IsCancellationRequested; requests++)
        {
            Message response = await GetAsync(client);
            Assert.True(response.Status == 200, response.ToString());
            await Task.WhenAny(Task.Delay(s_pause, enough));
        }
        return requests;
    }

    /// <summary>The new addresses are in use; nothing exists at the old ones.</summary>
    private static async Task UntilAllServeAsync(ReplicaNetwork network, IPEndPoint front, List<Pod> pods)
    {
        using var client = new Wire(await network.ConnectAsync(front));
        var missing = pods.Select(pod => pod.Name).ToHashSet();
        await Deadlines.UntilAsync(
            async () =>
            {
                string text = (await GetAsync(client)).Text;
                return missing.RemoveWhere(text.Contains) > 0 && missing.Count == 0;
            },
            "a response of each server");
    }

    private static async Task<Message> GetAsync(Wire client)
    {
        await client.SendAsync("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        return await client.ReadResponseAsync();
    }

    /// <summary>One server as a pod: its process, and a network namespace removed with it.</summary>
    private sealed class Pod(string name, ReplicaPlace place, ChildProcess process) : IAsyncDisposable
    {
        public string Name => name;

        public IPAddress Address => place.Address;

        public static async Task<Pod> StartAsync(ReplicaNetwork network, string name)
        {
            ReplicaPlace place = await network.AddAsync();
            var process = ChildProcess.Start(Path.GetTempPath(), place.Launcher[0], [.. place.Launcher[1..], Binary.Path, "demo-server", $"--port={Port}", $"--name={name}"]);
            return new Pod(name, place, process);
        }

        /// <summary>Sends SIGTERM, as after preStop; the address is removed when the process has exited.</summary>
        public async Task EndAsync()
        {
            process.Signal(Posix.SigTerm);
            await process.ExitAsync();
            await Task.Delay(s_teardown, TestContext.Current.CancellationToken);
            await Tool.RunAsync("ip", "-n", place.Launcher[^1], "link", "del", "eth0");
        }

        public ValueTask DisposeAsync() => process.DisposeAsync();
    }

    /// <summary>The addresses of pod names in one network namespace: ip-netns(8) mounts /etc/netns/NAME/hosts over /etc/hosts.</summary>
    private sealed class PodNames : IDisposable
    {
        private readonly Dictionary<string, IPAddress> _addresses = [];
        private readonly string _folder;
        private readonly Lock _gate = new();

        public PodNames(ReplicaPlace place)
        {
            _folder = $"/etc/netns/{place.Launcher[^1]}";
            Directory.CreateDirectory(_folder);
            Write();
        }

        public void Set(string name, IPAddress address)
        {
            lock (_gate)
            {
                _addresses[name] = address;
                Write();
            }
        }

        public void Remove(string name)
        {
            lock (_gate)
            {
                _addresses.Remove(name);
                Write();
            }
        }

        public void Dispose() => Directory.Delete(_folder, recursive: true);

        /// <summary>Written in place with one write: a replaced file would not be seen through the mount.</summary>
        private void Write()
        {
            string text = string.Concat(_addresses.Select(pair => $"{pair.Value} {pair.Key}\n").Prepend("127.0.0.1 localhost\n"));
            using var file = new FileStream(Path.Combine(_folder, "hosts"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
            byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text);
            file.SetLength(0);
            file.Write(bytes);
        }
    }
}

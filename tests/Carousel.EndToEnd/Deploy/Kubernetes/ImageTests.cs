using System.Text.RegularExpressions;
using Carousel.EndToEnd.Harness;
using k8s.Models;
using Xunit;

namespace Carousel.EndToEnd.Deploy.Kubernetes;

/// <summary>
/// Runs each container of the manifests with its arguments and the image's program, and sends its probes. An image that cannot be run here must not be named.
/// </summary>
public partial class ImageTests
{
    private const string Own = "my-loadbalancer:latest", Redis = "redis:7.2-alpine";
    private const string Servers = "deploy/example-servers.yaml", Main = "deploy/loadbalancer.yaml";

    [Theory]
    [InlineData(Main)]
    [InlineData(Servers)]
    [InlineData(ChartTests.Chart)]
    public void Manifest_Images_AreTestedHere(string name) => Assert.All(
        ManifestTests.Load(name).Pods.Values.SelectMany(pod => pod.Spec.Containers).Select(container => container.Image), image => Assert.Contains(image, (string[])[Own, Redis]));

    [Fact]
    public async Task DemoServer_ArgumentsOfTheManifest_IsReadyNamesItselfAndExitsCleanly()
    {
        V1Container container = Container(Servers, "StatefulSet/web");
        Assert.Contains($"--port={container.Ports.Single().ContainerPort}", container.Args);
        await using var server = ChildProcess.Start("/", Binary.Path, [.. container.Args.Select(AnyPort)]);
        int port = await PortAsync(server, "demo server");

        using RawClient client = await RawClient.ConnectAsync(port);
        Message health = await client.GetAsync(container.ReadinessProbe.HttpGet.Path);
        Assert.Equal((200, "ok\n"), (health.Status, health.Text));
        Assert.StartsWith($"{Environment.MachineName}: response number 1\n", (await client.GetAsync()).Text);

        // Idle connections do not delay the shutdown.
        server.Signal(Posix.SigTerm);
        Assert.Equal(0, await server.ExitAsync());
    }

    [Fact]
    public async Task DemoServer_PortTaken_ReportsIt()
    {
        await using var other = ScriptedServer.Responding("taken");
        await using var server = ChildProcess.Start("/", Binary.Path, "demo-server", "--port", $"{new Uri(other.Url).Port}");
        Assert.Equal(1, await server.ExitAsync());
        Assert.Contains("(choose another with --port)", server.Errors);
    }

    [Theory]
    [InlineData(Main)]
    [InlineData(ChartTests.Chart)]
    public async Task Balancer_ArgumentsOfTheManifest_PassesItsProbes(string name)
    {
        V1Container container = Container(name, "Deployment/carousel");
        await using var one = ScriptedServer.Responding("one");
        using var servers = new ServersFile(one.Url);
        string secret = Path.Combine(servers.Directory, "secret");
        File.WriteAllText(secret, ManifestTests.Load(Main).The<V1Secret>("carousel").StringData["admin-token"] + "\n");
        // The cluster's files and addresses do not exist on this machine.
        string[] arguments = [.. container.Args.Select(argument => argument.Split('=')[0] switch
        {
            "--file" => $"--file={servers.Path}",
            "--admin-token-file" or "--store-password-file" => $"{argument.Split('=')[0]}={secret}",
            "--store" => $"--store=redis://127.0.0.1:{FixedPort.Next()}",
            "--admin" => "--admin=127.0.0.1:0",
            _ => AnyPort(argument),
        })];
        await using var balancer = ChildProcess.Start("/", Binary.Path, arguments);
        await Deadlines.UntilAsync(() => balancer.HasExited || AdminSide().IsMatch(balancer.Output), "the admin side");
        Assert.False(balancer.HasExited, balancer.Errors);
        int admin = int.Parse(AdminSide().Match(balancer.Output).Groups["port"].Value, null);

        foreach (V1Probe probe in (V1Probe[])[container.LivenessProbe, container.ReadinessProbe])
        {
            await Deadlines.UntilAsync(
                async () =>
                {
                    using RawClient client = await RawClient.ConnectAsync(admin);
                    return (await client.GetAsync(probe.HttpGet.Path)).Status == 200;
                },
                $"{probe.HttpGet.Path} to be 200");
        }
        balancer.Signal(Posix.SigTerm);
        Assert.Equal(0, await balancer.ExitAsync());
    }

    [Fact]
    public async Task Redis_ArgumentsOfTheManifest_PassesItsProbe()
    {
        Assert.SkipUnless(Tool.Exists("redis-server") && Tool.Exists("redis-cli"), "redis-server is not installed");
        V1Container container = Container(Main, "StatefulSet/carousel-redis");
        const string password = "not-a-secret";
        DirectoryInfo folder = Directory.CreateTempSubdirectory("carousel-redis-");
        string port = $"{FixedPort.Next()}";
        string[] arguments = [.. container.Args.Select(argument => argument.Replace("$(STORE_PASSWORD)", password, StringComparison.Ordinal)), "--port", port, "--dir", folder.FullName];
        await using var redis = ChildProcess.Start("/", "redis-server", arguments);
        string probe = string.Join(' ', container.ReadinessProbe.Exec.Command.Skip(2)).Replace("redis-cli", $"REDISCLI_AUTH={password} redis-cli -p {port}", StringComparison.Ordinal);
        Assert.Equal(["sh", "-c"], container.ReadinessProbe.Exec.Command.Take(2));
        await Deadlines.UntilAsync(
            async () =>
            {
                await using var asked = ChildProcess.Start("/", "sh", "-c", probe);
                return redis.HasExited || await asked.ExitAsync() == 0;
            },
            "the probe to succeed");
        Assert.False(redis.HasExited, redis.Output);
        redis.Signal(Posix.SigTerm);
        await redis.ExitAsync();
        folder.Delete(recursive: true);
    }

    private static V1Container Container(string manifest, string workload) => Assert.Single(ManifestTests.Load(manifest).Pods[workload].Spec.Containers);

    /// <summary>The manifest's ports may be in use on this machine.</summary>
    private static string AnyPort(string argument) => argument.StartsWith("--port=", StringComparison.Ordinal) ? "--port=0" : argument;

    private static async Task<int> PortAsync(ChildProcess process, string what)
    {
        await Deadlines.UntilAsync(() => process.HasExited || Listening().IsMatch(process.Output), $"the {what} to listen");
        Assert.False(process.HasExited, process.Errors);
        return int.Parse(Listening().Match(process.Output).Groups["port"].Value, null);
    }

    [GeneratedRegex(@"listening on http://\S+:(?<port>\d+)")]
    private static partial Regex Listening();

    [GeneratedRegex(@"dashboard: http://\S+:(?<port>\d+)/")]
    private static partial Regex AdminSide();
}

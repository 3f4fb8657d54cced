using System.Net;
using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Sessions;
using Xunit;

namespace Carousel.EndToEnd.Deploy.Container;

/// <summary>
/// The image, without a Docker engine: its files are assembled by the steps of the Dockerfile's last stages and run by an OCI runtime. Not covered: the build
/// of the Dockerfile's first stage, and the base image itself.
/// </summary>
public class ContainerTests
{
    private const string NotRoot = "needs root: network namespaces and crun";
    private const long Megabyte = 1_000_000;

    private static readonly IPEndPoint s_front = new(IPAddress.Loopback, 7777);

    [Fact]
    public void Dockerfile_Stages_LastIsTheOneWithoutTheStore()
    {
        Assert.Equal(["build", "carousel", "with-store", "final"], ImageFile.Stages());
        Assert.Equal(["carousel", "THIRD-PARTY-NOTICES.md"], ImageFile.Read("final").Copies.SelectMany(copy => copy.From));
        Assert.Equal(["carousel", "THIRD-PARTY-NOTICES.md", "carousel-store", "liblua54.so"], ImageFile.Read("with-store").Copies.SelectMany(copy => copy.From));
    }

    /// <summary>The base image adds 13 MB at most, by its published size, to the libraries counted here.</summary>
    [Fact]
    public async Task Image_WithoutTheStore_IsUnder60Megabytes()
    {
        DirectoryInfo root = Directory.CreateTempSubdirectory("carousel-image-");
        try
        {
            await RootFiles.AssembleAsync(ImageFile.Read("final"), root.FullName);
            Assert.InRange(RootFiles.Size(root.FullName), Megabyte, (60 - 13) * Megabyte);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Container_ReadOnlyAndUnprivileged_BalancesReloadsAndDrains()
    {
        Assert.SkipUnless(Tool.IsRoot, NotRoot);
        await using NetworkNamespace network = await NetworkNamespace.CreateAsync();
        await using ScriptedServer one = network.Run(() => ScriptedServer.Responding("one"));
        await using ScriptedServer two = network.Run(() => ScriptedServer.Responding("two"));
        using ServersFile servers = await MountedAsync(one.Url);
        var image = ImageFile.Read("final");
        await using RunningContainer container = await RunningContainer.StartAsync(image, network, servers.Directory);
        Assert.Equal("one", await RequestAsync(network));
        await Deadlines.UntilAsync(async () => (await container.ExecAsync(image.HealthCheck)).Code == 0, "the image's own health check to succeed");

        servers.Exchange(two.Url);
        await Deadlines.UntilAsync(async () => await RequestAsync(network) == "two", "the changed volume to be reloaded");

        Assert.False(File.Exists(Path.Combine(container.Root, "bin/sh")));
        Assert.Equal(0, await container.StopAsync());
    }

    [Fact]
    public async Task Container_WithStore_KeepsSessionsInIt()
    {
        Assert.SkipUnless(Tool.IsRoot, NotRoot);
        await using NetworkNamespace network = await NetworkNamespace.CreateAsync();
        await using ScriptedServer server = network.Run(() => Echo.Server("one"));
        using ServersFile servers = await MountedAsync(server.Url);
        await using RunningContainer container = await RunningContainer.StartAsync(ImageFile.Read("with-store"), network, servers.Directory);
        await Deadlines.UntilAsync(() => container.Output.Contains("embedded store on localhost:6379", StringComparison.Ordinal), "the store to be used");
        await RequestAsync(network);
        await Deadlines.UntilAsync(
            async () =>
            {
                (int code, string output) = await container.ExecAsync("/usr/local/bin/carousel", "session", "list");
                return code == 0 && output.Contains(server.Url, StringComparison.Ordinal);
            },
            "the session's record to be in the store");
        Assert.Equal(0, await container.StopAsync());
    }

    private static async Task<ServersFile> MountedAsync(string url)
    {
        var file = new ServersFile(url);
        file.Exchange(url);
        // As with a volume: the container's user, which does not exist on this machine, can read it.
        await Tool.RunAsync("chmod", "755", file.Directory);
        return file;
    }

    private static async Task<string> RequestAsync(NetworkNamespace network)
    {
        using var client = new Wire(await network.ConnectAsync(s_front));
        await client.SendAsync("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        return (await client.ReadResponseAsync()).Text;
    }
}

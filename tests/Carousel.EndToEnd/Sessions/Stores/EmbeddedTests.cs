using System.Net.Sockets;
using Carousel.EndToEnd.CommandLine;
using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Live;
using Xunit;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>The embedded store: a separate process that any Redis client can use.</summary>
public class EmbeddedTests
{
    [Fact]
    public async Task FirstResponse_NoStoreRuns_RecordIsInTheEmbeddedOne()
    {
        int port = FixedPort.Next();
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(server, port);
        using var client = new SessionClient(balancer);
        await client.GetAsync(fields: "User-Agent: curl/8\r\n");
        Dictionary<string, string> record = await RecordTests.RecordAsync(port, client.Id);
        Assert.Equal(server.Url, record["backend"]);
        Assert.Equal("127.0.0.1", record["client"]);
        Assert.Equal("curl/8", record["header:user-agent"]);
        using Resp store = await Resp.ConnectAsync(port);
        Assert.InRange(await store.NumberAsync("TTL", RecordTests.Key(client.Id)), 86_300, 86_400);
        Assert.Equal("yes", await store.TextAsync("EVAL", "redis.call('HSET', KEYS[1], 'n', 1) return 'yes'", "1", RecordTests.Key(client.Id) + ":data"));
    }

    [Fact]
    public async Task Store_KilledUnderLoad_NoRequestFailsAndItIsRestarted()
    {
        int port = FixedPort.Next();
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(server, port);
        using var load = new SessionLoad(balancer, 4);
        await load.RoundsAsync(100);
        await RecordTests.RecordAsync(port, load.NewSessions.First());
        int before = Assert.Single(Posix.Children(balancer.ProcessId));
        _ = Posix.Kill(before, Posix.SigKill);
        await load.UntilAsync(() => Posix.Children(balancer.ProcessId) is [var now] && now != before, "another store");
        await load.RoundsAsync(100);
        await load.EndAsync();
        using var late = new SessionClient(balancer);
        await late.GetAsync();
        await RecordTests.RecordAsync(port, late.Id);
    }

    [Theory]
    [InlineData(Posix.SigTerm)]
    [InlineData(Posix.SigKill)]
    public async Task Balancer_Exits_StoreExitsToo(int signal)
    {
        int port = FixedPort.Next();
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(server, port);
        using var client = new SessionClient(balancer);
        await client.GetAsync();
        await RecordTests.RecordAsync(port, client.Id);
        client.Dispose();
        int store = Assert.Single(Posix.Children(balancer.ProcessId));
        balancer.Signal(signal);
        await balancer.ExitAsync();
        await Deadlines.UntilAsync(() => !Directory.Exists($"/proc/{store}"), "the store to end");
        await Assert.ThrowsAsync<SocketException>(() => Resp.ConnectAsync(port));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Data_KeptInAFolder_SurvivesARestartOfBoth(bool isNamed)
    {
        int port = FixedPort.Next();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("carousel-data-");
        // The default is the user's data folder.
        string[] options = isNamed ? ["--data", folder.FullName] : [], launcher = isNamed ? [] : ["/usr/bin/env", $"XDG_DATA_HOME={folder.FullName}"];
        await using var server = Echo.Server("one");
        using var client = new SessionClient(null!);
        await using (var first = await StartAsync(server, port, options, launcher))
        {
            client.GoTo(first);
            // The first cookies may be issued before the store's key is read.
            await Deadlines.UntilAsync(async () => await HasKeyOfAsync(port, IssuedCookie.Of(await first.GetAsync())), "the key to be in the store");
            await client.GetAsync();
            await RecordTests.RecordAsync(port, client.Id);
            client.Dispose();
            first.Signal(Posix.SigTerm);
            await first.ExitAsync();
        }
        await using var second = await StartAsync(server, port, options, launcher);
        await RecordTests.RecordAsync(port, client.Id);
        await Deadlines.UntilAsync(async () => await HasKeyOfAsync(port, IssuedCookie.Of(await second.GetAsync())), "the balancer to sign with the store's key");
        client.GoTo(second);
        Assert.Equal(client.Id, Echo.Id(await client.GetAsync()));
        Assert.Equal(1, client.Given);
        await second.StopAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Data_FolderNotUsable_IsLoggedWithTheStore()
    {
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(server, FixedPort.Next());
        await balancer.UntilLoggedAsync("in memory only (/dev/null/carousel/store-");
        await balancer.UntilLoggedAsync("sessions are lost when it exits");
    }

    [Theory]
    [InlineData("--store none --data d", "--data has no effect with --store none")]
    [InlineData("--store redis://localhost:1 --data d", "--data has no effect without --store embedded")]
    [InlineData("--store embedded:1 --data /dev/null/d", "--data: /dev/null/d can't be written: ")]
    public async Task Data_FlagWithoutEffect_FailsTheStart(string flags, string expected)
    {
        Run run = await Run.WithServersAsync("http://127.0.0.1:1", ["-f", "servers.txt", "-p", "0", "--admin", "off", .. flags.Split(' ')]);
        Assert.Equal((2, true), (run.Code, run.Errors.Contains(expected)));
    }

    private static Task<Balancer> StartAsync(ScriptedServer server, int port, params string[] options) => StartAsync(server, port, options, []);

    private static Task<Balancer> StartAsync(ScriptedServer server, int port, string[] options, string[] launcher) =>
        Balancer.StartAsync([server.Url], ["--session", "shared", "--store", $"embedded:{port}", .. options], launcher);

    private static async Task<bool> HasKeyOfAsync(int port, IssuedCookie cookie)
    {
        Dictionary<string, string>? keys = await TryAsync(port, "carousel:keys");
        return keys is not null && keys.Any(key => new StoreKey(uint.Parse(key.Key, null), Convert.FromBase64String(key.Value)).HasSigned(cookie));
    }

    /// <summary>Reads a hash; null while nothing listens.</summary>
    private static async Task<Dictionary<string, string>?> TryAsync(int port, string key)
    {
        try
        {
            using Resp store = await Resp.ConnectAsync(port);
            return await store.HashAsync(key);
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return null;
        }
    }
}

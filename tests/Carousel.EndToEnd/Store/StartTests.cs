using System.Net;
using System.Net.Sockets;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Store;

public class StartTests
{
    [Fact]
    public async Task Start_Defaults_OneLineOnEveryLoopbackAddress()
    {
        await using var store = await RunningStore.StartAsync();
        string[] addresses = store.Process.Output.TrimEnd().Split(' ');
        Assert.Equal("ready", addresses[0]);
        Assert.Equal($"127.0.0.1:{store.Port}", addresses[1]);
        foreach (string address in addresses[1..])
        {
            using RespClient client = await store.ConnectAsync(IPEndPoint.Parse(address).Address.ToString());
            Assert.Equal("PONG", client.Execute("PING"));
        }
        Assert.Empty(store.Process.Errors);
    }

    [Fact]
    public async Task Start_NoDotnetAnywhere_Works()
    {
        using var home = new Scratch();
        int port = FixedPort.Next();
        await using var store = ChildProcess.Start(home.Path, "/usr/bin/env", "-i", RunningStore.Binary, "--port", $"{port}");
        await Deadlines.UntilAsync(() => store.Output.Contains("ready"), "the store to be ready");
        // It does not unpack files: the disk may be read-only.
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path));
    }

    [Fact]
    public async Task Start_PortTakenByAProgram_IsOneLineAndExitCodeOne()
    {
        using var other = new TcpListener(IPAddress.Loopback, FixedPort.Next());
        other.Start();
        await FailsAsync(1, $"{other.LocalEndpoint} is taken", "--port", $"{((IPEndPoint)other.LocalEndpoint).Port}");
    }

    [Fact]
    public async Task Start_PortTakenByAStore_IsOneLineAndExitCodeOne()
    {
        // Garnet by default would share the port, and so half of the connections.
        await using var store = await RunningStore.StartAsync();
        await FailsAsync(1, $"127.0.0.1:{store.Port} is taken", "--port", $"{store.Port}");
    }

    [Fact]
    public async Task Start_AfterAKill_TakesThePortAtOnce()
    {
        await using var first = await RunningStore.StartAsync();
        using RespClient client = await first.ConnectAsync();
        Assert.Equal("PONG", client.Execute("PING"));
        first.Process.Signal(Posix.SigKill);
        await first.Process.ExitAsync();

        await using var second = ChildProcess.Start("/", RunningStore.Binary, "--port", $"{first.Port}");
        await Deadlines.UntilAsync(() => second.HasExited || second.Output.Contains("ready"), "the second store");
        Assert.Equal("", second.Errors);
    }

    [Fact]
    public Task Start_DataNotWritable_IsOneLineAndExitCodeOne() => FailsAsync(1, "--data /proc/store: not writable", "--port", $"{FixedPort.Next()}", "--data", "/proc/store");

    [Theory]
    [InlineData("expected a loopback address", "--bind", "0.0.0.0")]
    [InlineData("expected a loopback address", "--bind", "127.0.0.1,192.168.1.1")]
    [InlineData("expected a loopback address", "--bind", "::")]
    [InlineData("expected a number from 1 to 65535", "--port", "65536")]
    [InlineData("expected a size from 16m to 64g", "--memory", "1m")]
    [InlineData("--data needs a value", "--data")]
    [InlineData("--port is given more than once", "--port", "7001", "--port", "7002")]
    [InlineData("\"--password\" is unknown", "--password", "secret")]
    [InlineData("can't be read", "--password-file", "/nowhere/password")]
    public Task Start_BadFlag_IsALineAndTwo(string error, params string[] flags) => FailsAsync(2, error, flags);

    [Fact]
    public async Task Help_NamesEveryFlag()
    {
        await using var process = ChildProcess.Start("/", RunningStore.Binary, "--help");
        Assert.Equal(0, await process.ExitAsync());
        foreach (string flag in (string[])["--port", "--bind", "--memory", "--data", "--password-file", "--leave-with-stdin", "CAROUSEL_STORE_PASSWORD"])
        {
            Assert.Contains(flag, process.Output);
        }
    }

    private static async Task FailsAsync(int code, string error, params string[] flags)
    {
        await using var process = ChildProcess.Start("/", RunningStore.Binary, flags);
        Assert.Equal(code, await process.ExitAsync());
        Assert.Empty(process.Output);
        string line = Assert.Single(process.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("carousel-store: ", line);
        Assert.Contains(error, line);
    }
}

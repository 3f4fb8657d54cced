using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Store;

public class ShutdownTests
{
    [Theory]
    [InlineData(Posix.SigTerm)]
    [InlineData(Posix.SigInt)]
    public async Task Signal_WithoutParent_ExitsWithZero(int signal)
    {
        await using var store = await RunningStore.StartAsync();
        using RespClient client = await store.ConnectAsync();
        Assert.Equal("PONG", client.Execute("PING"));
        store.Process.Signal(signal);
        Assert.Equal(0, await store.Process.ExitAsync());
        Assert.Empty(store.Process.Errors);
    }

    [Fact]
    public async Task Parent_Killed_StoreExits()
    {
        using var scratch = new Scratch();
        string pipe = Path.Combine(scratch.Path, "pipe");
        await using var maker = ChildProcess.Start("/", "/usr/bin/mkfifo", pipe);
        Assert.Equal(0, await maker.ExitAsync());
        int port = FixedPort.Next();
        await using var parent = ChildProcess.Start("/", "/bin/sh", "-c", "exec sleep 600 >\"$0\"", pipe);
        await using var store = ChildProcess.Start(
            "/", "/bin/sh", "-c", "exec \"$0\" --leave-with-stdin --port \"$1\" <\"$2\"", RunningStore.Binary, $"{port}", pipe);
        await Deadlines.UntilAsync(() => store.Output.Contains("ready"), "the store to be ready");

        // Ctrl-C reaches every process of a terminal; the parent decides when the store exits.
        store.Signal(Posix.SigInt);
        using RespClient client = await RespClient.ConnectAsync(port);
        Assert.Equal("PONG", client.Execute("PING"));

        parent.Signal(Posix.SigKill);
        Assert.Equal(0, await store.ExitAsync());
    }
}

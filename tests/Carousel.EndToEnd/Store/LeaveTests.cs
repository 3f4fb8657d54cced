using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Store;

public class LeaveTests
{
    [Theory]
    [InlineData(Posix.SigTerm)]
    [InlineData(Posix.SigInt)]
    public async Task Signal_ByHand_IsZero(int signal)
    {
        await using var store = await RunningStore.StartAsync();
        using RespClient client = await store.ConnectAsync();
        Assert.Equal("PONG", client.Ask("PING"));
        store.Process.Signal(signal);
        Assert.Equal(0, await store.Process.ExitAsync());
        Assert.Empty(store.Process.Errors);
    }

    [Fact]
    public async Task ParentKilled_StoreLeaves()
    {
        using var scratch = new Scratch();
        string pipe = Path.Combine(scratch.Path, "pipe");
        await using var maker = ChildProcess.Start("/", "/usr/bin/mkfifo", pipe);
        Assert.Equal(0, await maker.ExitAsync());
        int port = FixedPort.Next();
        await using var parent = ChildProcess.Start("/", "/bin/sh", "-c", "exec sleep 600 >\"$0\"", pipe);
        await using var store = ChildProcess.Start(
            "/", "/bin/sh", "-c", "exec \"$0\" --leave-with-stdin --port \"$1\" <\"$2\"", RunningStore.Binary, $"{port}", pipe);
        await Patience.UntilAsync(() => store.Output.Contains("ready"), "the store to be ready");

        // Ctrl-C reaches every process of a terminal: when the store leaves is its parent's to say.
        store.Signal(Posix.SigInt);
        using RespClient client = await RespClient.ConnectAsync(port);
        Assert.Equal("PONG", client.Ask("PING"));

        parent.Signal(Posix.SigKill);
        Assert.Equal(0, await store.ExitAsync());
    }
}

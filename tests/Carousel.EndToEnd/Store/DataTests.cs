using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Store;

public sealed class DataTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private string[] Flags => ["--data", _scratch.Path];

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Data_StoreKilled_IsRecovered()
    {
        await using (var store = await RunningStore.StartAsync(Flags))
        {
            using RespClient client = await store.ConnectAsync();
            client.Execute("SET", "a", "b");
            client.Execute("HSET", "h", "f", "v");
            client.Execute("EXPIRE", "h", "1000");
            await CommittedAsync(client);
            store.Process.Signal(Posix.SigKill);
            await store.Process.ExitAsync();
        }
        await using var again = await RunningStore.StartAsync(Flags);
        using RespClient reader = await again.ConnectAsync();
        Assert.Equal("b", reader.Execute("GET", "a"));
        Assert.Equal("[f v]", reader.Execute("HGETALL", "h"));
        Assert.InRange(int.Parse(reader.Execute("TTL", "h")), 1, 1000);
    }

    [Fact]
    public async Task Data_StoreStopped_IsAllRecovered()
    {
        await using (var store = await RunningStore.StartAsync(Flags))
        {
            using RespClient client = await store.ConnectAsync();
            client.Execute("SET", "a", "b");
            store.Process.Signal(Posix.SigTerm);
            Assert.Equal(0, await store.Process.ExitAsync());
        }
        await using var again = await RunningStore.StartAsync(Flags);
        using RespClient reader = await again.ConnectAsync();
        Assert.Equal("b", reader.Execute("GET", "a"));
    }

    [Fact]
    public async Task Data_Overwritten_IsBoundedAndRecovered()
    {
        const int rounds = 1500, batch = 40;
        string filler = new('x', 8192);
        await using (var store = await RunningStore.StartAsync([.. Flags, "--memory", "16m"]))
        {
            using RespClient client = await store.ConnectAsync();
            client.Execute("SET", "kept", "since the beginning");
            for (int round = 0; round < rounds; round++)
            {
                Pipeline.Run(client, batch, number => ["SET", $"k{number}", filler]);
            }
            // The log alone would be 490 MB. It is truncated when it exceeds 256 MB, checked every few seconds, so that size plus what is written meanwhile
            // may remain.
            await Deadlines.UntilAsync(() => DirectoryBytes() < 360 << 20, "the log to be rewritten");
            client.Execute("SET", "last", "of all");
            await CommittedAsync(client);
            store.Process.Signal(Posix.SigKill);
            await store.Process.ExitAsync();
        }
        await using var again = await RunningStore.StartAsync([.. Flags, "--memory", "16m"]);
        using RespClient reader = await again.ConnectAsync();
        Assert.Equal("[since the beginning of all]", reader.Execute("MGET", "kept", "last"));
        Assert.Equal($"{batch + 2}", reader.Execute("DBSIZE"));
    }

    [Fact]
    public async Task Data_InUse_IsOneLineAndExitCodeOne()
    {
        await using var store = await RunningStore.StartAsync(Flags);
        await using var second = ChildProcess.Start("/", RunningStore.Binary, "--port", $"{FixedPort.Next()}", "--data", _scratch.Path);
        Assert.Equal(1, await second.ExitAsync());
        Assert.Equal($"carousel-store: --data {_scratch.Path}: in use by another carousel-store\n", second.Errors);
    }

    private long DirectoryBytes() =>
        new DirectoryInfo(_scratch.Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0);

    /// <summary>Waits until everything written so far is on disk. The store commits by itself every 100 ms.</summary>
    private static Task CommittedAsync(RespClient client) => Deadlines.UntilAsync(
        () => Addresses(client) is var (committed, tail) && committed >= tail, "the log to be committed");

    private static (long Committed, long Tail) Addresses(RespClient client)
    {
        string[] lines = client.Execute("INFO", "persistence").Split("\r\n");
        return (Value(lines, "CommittedUntilAddress"), Value(lines, "TailAddress"));
    }

    private static long Value(string[] lines, string name) => long.Parse(lines.Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..]);
}

using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Store;

public sealed class DataTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private string[] Flags => ["--data", _scratch.Path];

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Data_Killed_IsBack()
    {
        await using (var store = await RunningStore.StartAsync(Flags))
        {
            using RespClient client = await store.ConnectAsync();
            client.Ask("SET", "a", "b");
            client.Ask("HSET", "h", "f", "v");
            client.Ask("EXPIRE", "h", "1000");
            await CommittedAsync(client);
            store.Process.Signal(Posix.SigKill);
            await store.Process.ExitAsync();
        }
        await using var again = await RunningStore.StartAsync(Flags);
        using RespClient reader = await again.ConnectAsync();
        Assert.Equal("b", reader.Ask("GET", "a"));
        Assert.Equal("[f v]", reader.Ask("HGETALL", "h"));
        Assert.InRange(int.Parse(reader.Ask("TTL", "h")), 1, 1000);
    }

    [Fact]
    public async Task Data_ToldToLeave_IsAllBack()
    {
        await using (var store = await RunningStore.StartAsync(Flags))
        {
            using RespClient client = await store.ConnectAsync();
            client.Ask("SET", "a", "b");
            store.Process.Signal(Posix.SigTerm);
            Assert.Equal(0, await store.Process.ExitAsync());
        }
        await using var again = await RunningStore.StartAsync(Flags);
        using RespClient reader = await again.ConnectAsync();
        Assert.Equal("b", reader.Ask("GET", "a"));
    }

    [Fact]
    public async Task Data_WrittenOverAndOver_IsBoundedAndBack()
    {
        const int rounds = 1500, batch = 40;
        string filler = new('x', 8192);
        await using (var store = await RunningStore.StartAsync([.. Flags, "--memory", "16m"]))
        {
            using RespClient client = await store.ConnectAsync();
            client.Ask("SET", "kept", "since the beginning");
            for (int round = 0; round < rounds; round++)
            {
                Pipeline.Run(client, batch, number => ["SET", $"k{number}", filler]);
            }
            // The log alone was 490 MB by now; it is cut when it is larger than 256, every few seconds, so what is left may be that and what is written anew.
            await Patience.UntilAsync(() => DirectoryBytes() < 360 << 20, "the log to be written anew");
            client.Ask("SET", "last", "of all");
            await CommittedAsync(client);
            store.Process.Signal(Posix.SigKill);
            await store.Process.ExitAsync();
        }
        await using var again = await RunningStore.StartAsync([.. Flags, "--memory", "16m"]);
        using RespClient reader = await again.ConnectAsync();
        Assert.Equal("[since the beginning of all]", reader.Ask("MGET", "kept", "last"));
        Assert.Equal($"{batch + 2}", reader.Ask("DBSIZE"));
    }

    [Fact]
    public async Task Data_InUse_IsALineAndOne()
    {
        await using var store = await RunningStore.StartAsync(Flags);
        await using var second = ChildProcess.Start("/", RunningStore.Binary, "--port", $"{FixedPort.Next()}", "--data", _scratch.Path);
        Assert.Equal(1, await second.ExitAsync());
        Assert.Equal($"carousel-store: --data {_scratch.Path}: in use by another carousel-store\n", second.Errors);
    }

    private long DirectoryBytes() =>
        new DirectoryInfo(_scratch.Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0);

    /// <summary>Until all that was written so far is on the disk; the store does it by itself, every tenth of a second.</summary>
    private static Task CommittedAsync(RespClient client) => Patience.UntilAsync(
        () => Addresses(client) is var (committed, tail) && committed >= tail, "the log to be committed");

    private static (long Committed, long Tail) Addresses(RespClient client)
    {
        string[] lines = client.Ask("INFO", "persistence").Split("\r\n");
        return (Value(lines, "CommittedUntilAddress"), Value(lines, "TailAddress"));
    }

    private static long Value(string[] lines, string name) => long.Parse(lines.Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..]);
}

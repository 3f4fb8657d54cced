using Xunit;

namespace Carousel.EndToEnd.Store;

public class MemoryTests
{
    private const int Batch = 100;

    /// <summary>The runtime's heap limit with --memory 16m (192 MB), plus memory outside the heap: code and threads.</summary>
    private const long Bound = 300L << 20;

    [Fact]
    public async Task Memory_FullOfStrings_OldestAreEvictedAndWritesSucceed()
    {
        string value = new('x', 8192);
        await using var store = await RunningStore.StartAsync("--memory", "16m");
        using RespClient client = await store.ConnectAsync();
        long most = Fill(store, client, rounds: 500, number => ["SET", $"k{number}", value]);

        Assert.InRange(most, 0, Bound);
        Assert.Equal("(nil)", client.Execute("GET", "k0"));
        Assert.Equal(value, client.Execute("GET", "k49999"));
    }

    [Fact]
    public async Task Memory_FullOfHashes_OldestAreEvictedAndWritesSucceed()
    {
        string agent = new('x', 200);
        await using var store = await RunningStore.StartAsync("--memory", "16m");
        using RespClient client = await store.ConnectAsync();
        long most = Fill(store, client, rounds: 1000, number => ["HSET", $"s{number}", "backend", "blue", "created", "1795462613", "user-agent", agent]);

        Assert.InRange(most, 0, Bound);
        Assert.Equal("(nil)", client.Execute("HGET", "s0", "backend"));
        Assert.Equal("blue", client.Execute("HGET", "s99999", "backend"));
    }

    [Fact]
    public async Task Memory_FullOfTinyKeys_WritesSucceed()
    {
        // As many keys as fit: if the index were too small for them, the connection would be cut.
        await using var store = await RunningStore.StartAsync("--memory", "16m");
        using RespClient client = await store.ConnectAsync();
        long most = Fill(store, client, rounds: 10_000, number => ["SET", $"{number:x}", ""]);

        Assert.InRange(most, 0, Bound);
        Assert.Equal("", client.Execute("GET", $"{999_999:x}"));
    }

    /// <summary>Writes N rounds of distinct keys; returns the peak memory of the process.</summary>
    private static long Fill(RunningStore store, RespClient client, int rounds, Func<int, string[]> command)
    {
        long most = 0;
        for (int round = 0; round < rounds; round++)
        {
            int first = round * Batch;
            Pipeline.Run(client, Batch, number => command(first + number));
            most = Math.Max(most, store.ResidentBytes);
        }
        return most;
    }
}

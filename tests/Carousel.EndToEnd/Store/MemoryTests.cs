using Xunit;

namespace Carousel.EndToEnd.Store;

public class MemoryTests
{
    private const int Batch = 100;

    /// <summary>What the runtime's heap is limited to with --memory 16m (192 MB), and what is not heap: code and threads.</summary>
    private const long Bound = 300L << 20;

    [Fact]
    public async Task Memory_FullOfStrings_OldestGiveWayAndWritesGoOn()
    {
        string value = new('x', 8192);
        await using var store = await RunningStore.StartAsync("--memory", "16m");
        using RespClient client = await store.ConnectAsync();
        long most = Fill(store, client, rounds: 500, number => ["SET", $"k{number}", value]);

        Assert.InRange(most, 0, Bound);
        Assert.Equal("(nil)", client.Ask("GET", "k0"));
        Assert.Equal(value, client.Ask("GET", "k49999"));
    }

    [Fact]
    public async Task Memory_FullOfHashes_OldestGiveWayAndWritesGoOn()
    {
        string agent = new('x', 200);
        await using var store = await RunningStore.StartAsync("--memory", "16m");
        using RespClient client = await store.ConnectAsync();
        long most = Fill(store, client, rounds: 1000, number => ["HSET", $"s{number}", "backend", "blue", "created", "1795462613", "user-agent", agent]);

        Assert.InRange(most, 0, Bound);
        Assert.Equal("(nil)", client.Ask("HGET", "s0", "backend"));
        Assert.Equal("blue", client.Ask("HGET", "s99999", "backend"));
    }

    [Fact]
    public async Task Memory_FullOfTinyKeys_WritesGoOn()
    {
        // As many keys as fit: an index that is too small for them would cut the connection.
        await using var store = await RunningStore.StartAsync("--memory", "16m");
        using RespClient client = await store.ConnectAsync();
        long most = Fill(store, client, rounds: 10_000, number => ["SET", $"{number:x}", ""]);

        Assert.InRange(most, 0, Bound);
        Assert.Equal("", client.Ask("GET", $"{999_999:x}"));
    }

    /// <summary>Writes so many rounds of keys, all different; the most memory that the process had meanwhile.</summary>
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

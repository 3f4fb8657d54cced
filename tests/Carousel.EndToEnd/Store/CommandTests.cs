using Xunit;

namespace Carousel.EndToEnd.Store;

public sealed class CommandTests : IAsyncLifetime
{
    private RunningStore _store = null!;
    private RespClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await RunningStore.StartAsync();
        _client = await _store.ConnectAsync();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _store.DisposeAsync();
    }

    [Fact]
    public void Strings_SetAndGet_Agree()
    {
        Assert.Equal("(nil)", _client.Execute("GET", "a"));
        Assert.Equal("OK", _client.Execute("SET", "a", "gr\u00fc\u00df dich", "EX", "100"));
        Assert.Equal("gr\u00fc\u00df dich", _client.Execute("GET", "a"));
        Assert.Equal("(nil)", _client.Execute("SET", "a", "other", "NX"));
    }

    [Fact]
    public void Hashes_SetAndRead_Agree()
    {
        Assert.Equal("2", _client.Execute("HSET", "carousel:session:1", "backend", "blue", "requests", "1"));
        Assert.Equal("2", _client.Execute("HINCRBY", "carousel:session:1", "requests", "1"));
        Assert.Equal("blue", _client.Execute("HGET", "carousel:session:1", "backend"));
        string all = _client.Execute("HGETALL", "carousel:session:1");
        Assert.Contains(all, new[] { "[backend blue requests 2]", "[requests 2 backend blue]" });
    }

    [Fact]
    public async Task Expiry_OfAHash_RemovesIt()
    {
        _client.Execute("HSET", "h", "f", "v");
        Assert.Equal("-1", _client.Execute("TTL", "h"));
        Assert.Equal("1", _client.Execute("EXPIRE", "h", "1000"));
        Assert.InRange(int.Parse(_client.Execute("TTL", "h")), 1, 1000);
        Assert.Equal("1", _client.Execute("PEXPIRE", "h", "50"));
        await Harness.Deadlines.UntilAsync(() => _client.Execute("EXISTS", "h") == "0", "the hash to expire");
        Assert.Equal("[]", _client.Execute("HGETALL", "h"));
    }

    [Fact]
    public void Scan_ByPattern_FindsAll()
    {
        var expected = new HashSet<string>();
        for (int number = 0; number < 100; number++)
        {
            expected.Add($"carousel:session:{number}");
            _client.Execute("SET", $"carousel:session:{number}", "x");
        }
        _client.Execute("SET", "other", "x");
        var found = new HashSet<string>();
        string cursor = "0";
        do
        {
            string[] response = _client.Execute("SCAN", cursor, "MATCH", "carousel:session:*", "COUNT", "10").Trim('[', ']').Split([' ', '['], StringSplitOptions.RemoveEmptyEntries);
            cursor = response[0];
            found.UnionWith(response[1..]);
        }
        while (cursor != "0");
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Scripts_ReadAndWrite()
    {
        const string script = "redis.call('HSET', KEYS[1], 'f', ARGV[1]); return {redis.call('HGET', KEYS[1], 'f'), 7}";
        Assert.Equal("[v 7]", _client.Execute("EVAL", script, "1", "h", "v"));
        Assert.Equal("v", _client.Execute("HGET", "h", "f"));
        string hash = _client.Execute("SCRIPT", "LOAD", script);
        Assert.Equal("[w 7]", _client.Execute("EVALSHA", hash, "1", "h", "w"));
    }

    [Fact]
    public void Transactions_Exec_ReturnsAllReplies()
    {
        Assert.Equal("OK", _client.Execute("MULTI"));
        Assert.Equal("QUEUED", _client.Execute("SET", "t", "1"));
        Assert.Equal("QUEUED", _client.Execute("INCR", "t"));
        Assert.Equal("[OK 2]", _client.Execute("EXEC"));
    }

    [Fact]
    public async Task Messages_Published_ReachSubscribers()
    {
        using RespClient listener = await _store.ConnectAsync();
        Assert.Equal("[subscribe news 1]", listener.Execute("SUBSCRIBE", "news"));
        Assert.Equal("1", _client.Execute("PUBLISH", "news", "hello"));
        Assert.Equal("[message news hello]", listener.Read());
    }

    [Fact]
    public void Info_Server_HasARedisVersion() => Assert.Contains("redis_version:", _client.Execute("INFO", "server"));
}

using Carousel.Core.Sessions;
using Carousel.EndToEnd.CommandLine;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Store;

/// <summary><c>carousel session</c>, run with the binary.</summary>
public class SessionCommandTests
{
    [Fact]
    public async Task List_Sessions_ShowsTheNewest()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var user = StoreUser.Start(redis.Url);
        for (ulong i = 0; i < 30; i++)
        {
            user.Record(new SessionId(1, i));
        }
        await user.WrittenAsync(30);
        await redis.CliAsync("hset", StoreUser.Key(new SessionId(1, 7)) + ":data", "name", "ada");

        Run run = await RunAsync("session", "list", "--store", redis.Url, "--limit", "10");

        Assert.Equal(0, run.Code);
        string[] lines = run.Output.TrimEnd().Split('\n');
        Assert.Equal(12, lines.Length);
        Assert.StartsWith("session ", lines[0], StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:8001", lines[1], StringComparison.Ordinal);
        Assert.Equal("the newest 10 of 30 sessions (--limit N shows more)", lines[^1]);
    }

    [Fact]
    public async Task List_OfACluster_HasTheSessionsOfAllNodes()
    {
        await using RedisCluster cluster = await RedisCluster.StartAsync();
        await using var user = StoreUser.Start(cluster.Url);
        for (ulong i = 0; i < 30; i++)
        {
            user.Record(new SessionId(1, i));
        }
        await user.WrittenAsync(30);

        Run run = await RunAsync("session", "list", "--store", cluster.Url, "--limit", "100");

        Assert.EndsWith("\n30 sessions", run.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_Id_PrintsTheRecord()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var user = StoreUser.Start(redis.Url);
        var id = new SessionId(2, 3);
        user.Record(id);
        await user.WrittenAsync(1);
        await redis.CliAsync("hset", StoreUser.Key(id) + ":data", "name", "ada", "cart", "3");

        Run run = await RunAsync("session", "show", id.ToString(), "--store", redis.Url);

        Assert.Equal(0, run.Code);
        Assert.Contains("server      http://127.0.0.1:8001\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("user-agent  test/1\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("data        hash of 2 fields", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_Cookie_IsVerifiedWithTheStoresKeys()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var user = StoreUser.Start(redis.Url);
        var id = new SessionId(2, 4);
        user.Record(id);
        await user.WrittenAsync(1);
        byte[] text = new byte[SessionCookie.TextLength];
        SessionKey key = user.Channel.Keys.Current.Current;
        SessionCookie.Write(new SessionTicket(id, 1, (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), key.Id), key, text);
        string cookie = System.Text.Encoding.ASCII.GetString(text);
        string forged = cookie[..^1] + (cookie[^1] == 'A' ? 'B' : 'A');

        Run good = await RunAsync("session", "show", $"LB_SESSION={cookie}", "--store", redis.Url);
        Run bad = await RunAsync("session", "show", forged, "--store", redis.Url);

        Assert.Equal(0, good.Code);
        Assert.Contains($"session     {id}\n", good.Output, StringComparison.Ordinal);
        Assert.Contains("cookie      valid, issued ", good.Output, StringComparison.Ordinal);
        Assert.Contains("invalid: wrong signature", bad.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_UnknownId_ExitsWithOne()
    {
        await using RedisServer redis = await RedisServer.StartAsync();

        Run run = await RunAsync("session", "show", new SessionId(9, 9).ToString(), "--store", redis.Url);

        Assert.Equal(1, run.Code);
        Assert.Contains("record   none", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_NeitherIdNorCookie_ExitsWithTwo()
    {
        Run run = await RunAsync("session", "show", "nonsense", "--store", "redis://127.0.0.1:9");

        Assert.Equal(2, run.Code);
        Assert.Equal("carousel: expected a session's id (32 hexadecimal digits) or a cookie's value (64 characters), found \"nonsense\"\n", run.Errors);
    }

    [Fact]
    public async Task List_StoreUnreachable_ExitsWithOne()
    {
        using var closed = new ClosedPort();

        Run run = await RunAsync("session", "list", "--store", $"redis://127.0.0.1:{closed.Port}");

        Assert.Equal(1, run.Code);
        Assert.Equal($"carousel: the store redis://127.0.0.1:{closed.Port} can't be queried: connection refused\n", run.Errors);
    }

    [Fact]
    public async Task List_PasswordInAFile_IsUsed()
    {
        await using RedisServer redis = await RedisServer.StartAsync("--requirepass", "s3cret");
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "s3cret\n", TestContext.Current.CancellationToken);

        Run without = await RunAsync("session", "list", "--store", redis.Url);
        Run with = await RunAsync("session", "list", "--store", redis.Url, "--store-password-file", file);
        File.Delete(file);

        Assert.Equal(1, without.Code);
        Assert.Contains("NOAUTH: authentication required: set --store-password-file", without.Errors, StringComparison.Ordinal);
        Assert.Equal((0, "0 sessions\n"), (with.Code, with.Output));
    }

    private static Task<Run> RunAsync(params string[] arguments) => Run.ToEndAsync(Path.GetTempPath(), arguments);
}

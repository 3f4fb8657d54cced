using System.Globalization;
using System.Net.Sockets;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>A session's record, read as docs/SESSIONS.md tells backends to.</summary>
public class RecordTests
{
    private const string Secret = "s3cr3t";

    /// <summary>Fields whose values must not be in the store.</summary>
    public static TheoryData<string> Credentials =>
    [
        "Authorization: Basic {0}", "authorization: Digest username={0}", "Cookie: sid={0}", "cOOkie: a={0}; b=1", "Proxy-Authorization: Basic {0}",
        "Referer: https://a/?token={0}", "X-Api-Key: {0}", "X-API-KEY: {0}", "Api-Key: {0}", "apikey: {0}", "X-Auth-Token: {0}", "X-Amz-Security-Token: {0}",
        "X-Goog-Api-Key: {0}", "Cf-Access-Jwt-Assertion: {0}", "X-CSRF-Token: {0}", "X-XSRF-TOKEN: {0}", "X-Vault-Token: {0}", "Private-Token: {0}", "DPoP: {0}",
        "Signature: sig1=:{0}:", "X-Client-Cert: {0}", "X-Forwarded-Access-Token: {0}", "Sec-WebSocket-Protocol: bearer, {0}", "X-My-Password: {0}",
        "X-Secret: {0}", "My-Credentials: {0}", "Connection: x-hop\r\nX-Hop: {0}", "X-Session-Id: {0}", "X-Session-Moved: {0}", "X-Hidden: {0}", "x-HIDDEN-two: {0}",
    ];

    [Fact]
    public async Task Record_AfterTheFirstResponse_HasEveryField()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(redis, server);
        using var sessionClient = new SessionClient(balancer);
        await sessionClient.GetAsync(fields: "User-Agent: curl/8\r\nACCEPT: text/html\r\nAccept: */*\r\nX-Odd: \"é\"\r\n");
        Dictionary<string, string> record = await RecordAsync(redis, sessionClient.Id);
        Assert.Equal(server.Url, record["backend"]);
        Assert.Equal("1", record["requests"]);
        Assert.Equal("127.0.0.1", record["client"]);
        Assert.InRange(long.Parse(record["created"], CultureInfo.InvariantCulture), StoreKey.Now - 60, StoreKey.Now);
        Assert.InRange(long.Parse(record["last_seen"], CultureInfo.InvariantCulture), StoreKey.Now - 60, StoreKey.Now);
        Assert.Equal("curl/8", record["header:user-agent"]);
        Assert.Equal("text/html, */*", record["header:accept"]);
        Assert.Equal("\"é\"", record["header:x-odd"]);
        Assert.InRange((long)(await redis.CommandAsync("TTL", Key(sessionClient.Id)))!, 86_300, 86_400);
        Assert.Equal("hash", await redis.CommandAsync("TYPE", Key(sessionClient.Id)));
    }

    [Fact]
    public async Task Record_SessionReturns_CountsRequestsAndKeepsItsCreation()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var balancer = await StartAsync(redis, one, two);
        using var sessionClient = new SessionClient(balancer);
        await sessionClient.GetAsync();
        string created = (await RecordAsync(redis, sessionClient.Id))["created"];
        await redis.CommandAsync("EXPIRE", Key(sessionClient.Id), "1000");
        Message last = null!;
        for (int i = 0; i < 100; i++)
        {
            last = await sessionClient.GetAsync();
        }
        await Deadlines.UntilAsync(async () => (await redis.FieldsAsync(Key(sessionClient.Id))).GetValueOrDefault("requests") == "101", "all requests to be counted");
        Dictionary<string, string> record = await redis.FieldsAsync(Key(sessionClient.Id));
        Assert.Equal(created, record["created"]);
        Assert.Equal(Echo.Name(last) == "one" ? one.Url : two.Url, record["backend"]);
        Assert.InRange((long)(await redis.CommandAsync("TTL", Key(sessionClient.Id)))!, 86_300, 86_400);
    }

    [Theory]
    [MemberData(nameof(Credentials))]
    public async Task Record_RequestWithACredential_DoesNotHoldIt(string field)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(redis, [server], "--session-hide", "X-Hidden,X-Hidden-Two");
        using var client = await balancer.ConnectAsync();
        IssuedCookie cookie = IssuedCookie.Of(await client.RequestAsync(
            $"GET /?q={Secret} HTTP/1.1\r\nHost: a\r\nX-Kept: 1\r\n{string.Format(null, field, Secret)}\r\n\r\n"));
        Dictionary<string, string> record = await RecordAsync(redis, cookie.Id);
        Assert.Equal("1", record["header:x-kept"]);
        Assert.DoesNotContain(record, entry => entry.Value.Contains(Secret) || entry.Value.Contains(cookie.Value));
    }

    [Theory]
    [InlineData("Authorization: Bearer x")]
    [InlineData("Cookie: t=eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.")]
    public async Task Record_StatelessRequest_IsNone(string field)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(redis, server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal("one - -", (await client.RequestAsync($"GET / HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n")).Text);
        }
        // An ordinary session. Once it is written, everything before it is written too.
        await RecordAsync(redis, IssuedCookie.Of(await client.GetAsync()).Id);
        Assert.Single((object?[])(await redis.CommandAsync("KEYS", "carousel:session:*"))!);
    }

    [Fact]
    public async Task Record_BehindATrustedProxy_NamesItsClient()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(redis, [server], "--trusted-proxy", "127.0.0.1");
        using var sessionClient = new SessionClient(balancer);
        await sessionClient.GetAsync(fields: "X-Forwarded-For: 192.0.2.7\r\n");
        Assert.Equal("192.0.2.7", (await RecordAsync(redis, sessionClient.Id))["client"]);
    }

    [Fact]
    public async Task Record_HugeFields_IsBounded()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(redis, server);
        using var sessionClient = new SessionClient(balancer);
        await sessionClient.GetAsync(fields: $"X-Small: 1\r\nX-Large: {new string('x', 5000)}\r\nX-Half: {new string('y', 3000)}\r\nX-Other: {new string('z', 3000)}\r\n");
        Dictionary<string, string> record = await RecordAsync(redis, sessionClient.Id);
        Assert.Equal("1", record["header:x-small"]);
        Assert.InRange(record.Where(entry => entry.Key.StartsWith("header:", StringComparison.Ordinal)).Sum(entry => entry.Value.Length), 3001, 4096);
    }

    [Fact]
    public async Task Data_OfBackends_IsNeverTouched()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(redis, server);
        using var sessionClient = new SessionClient(balancer);
        await sessionClient.GetAsync();
        string data = Key(sessionClient.Id) + ":data";
        await redis.CommandAsync("SET", data, "mine", "EX", "1000");
        for (int i = 0; i < 9; i++)
        {
            await sessionClient.GetAsync();
        }
        await Deadlines.UntilAsync(async () => (await redis.FieldsAsync(Key(sessionClient.Id))).GetValueOrDefault("requests") == "10", "all requests to be counted");
        Assert.Equal("mine", await redis.CommandAsync("GET", data));
        Assert.InRange((long)(await redis.CommandAsync("TTL", data))!, 900, 1000);
    }

    [Fact]
    public async Task Sticky_SessionMoves_RecordNamesTheNewServer()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var balancer = await StartAsync(redis, [one, two], "--session", "sticky");
        using var sessionClient = new SessionClient(balancer);
        bool isOne = Echo.Name(await sessionClient.GetAsync()) == "one";
        Assert.Equal((isOne ? one : two).Url, (await RecordAsync(redis, sessionClient.Id))["backend"]);
        (isOne ? one : two).Crash();
        await sessionClient.GetAsync();
        string other = (isOne ? two : one).Url;
        await Deadlines.UntilAsync(async () => (await redis.FieldsAsync(Key(sessionClient.Id))).GetValueOrDefault("backend") == other, "the record to name the new server");
    }

    internal static string Key(string id) => $"carousel:session:{id}";

    internal static Task<Dictionary<string, string>> RecordAsync(RedisServer redis, string id) => RecordAsync(redis.Port, id);

    /// <summary>The record, once the store is used and the record is complete: its TTL is written last.</summary>
    internal static async Task<Dictionary<string, string>> RecordAsync(int port, string id)
    {
        Dictionary<string, string> record = [];
        await Deadlines.UntilAsync(
            async () =>
            {
                try
                {
                    using Resp store = await Resp.ConnectAsync(port);
                    bool hasEnd = await store.NumberAsync("TTL", Key(id)) > 0;
                    record = await store.HashAsync(Key(id));
                    return hasEnd && record.ContainsKey("client") && record.ContainsKey("requests");
                }
                catch (Exception error) when (error is SocketException or IOException)
                {
                    return false;
                }
            },
            $"the record of {id}");
        return record;
    }

    private static Task<Balancer> StartAsync(RedisServer redis, params ScriptedServer[] servers) => StartAsync(redis, servers, []);

    private static Task<Balancer> StartAsync(RedisServer redis, ScriptedServer[] servers, params string[] options) =>
        Balancer.StartAsync(servers, [.. options.Contains("--session") ? [] : (string[])["--session", "shared"], "--store", redis.Url, .. options]);
}

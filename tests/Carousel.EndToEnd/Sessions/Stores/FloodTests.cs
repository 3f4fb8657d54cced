using System.Diagnostics;
using System.Text;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>Clients that never return their cookie: the cost of each is bounded, and other sessions are not affected.</summary>
public class FloodTests
{
    private const int NewSessions = 100_000;
    private const int Connections = 8;
    private const int Pipelined = 50;
    private const int RecordsPerSecond = 200;

    /// <summary>Far below the size of a hundred thousand records, far above the noise between two measurements.</summary>
    private const long Bound = 32 * Payload.Megabyte;

    private static readonly byte[] Requests = Encoding.ASCII.GetBytes(
        string.Concat(Enumerable.Repeat($"GET / HTTP/1.1\r\nHost: a\r\nX-Filling: {new string('x', 500)}\r\n\r\n", Pipelined)));

    [Fact]
    public async Task NewSessions_AHundredThousand_MemoryStaysBoundedAndOthersAreServed()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var nginx = await Nginx.StartAsync("real");
        await using var balancer = await Balancer.StartAsync(
            [nginx.Url], ["--session", "shared", "--store", redis.Url, "--session-new-records", $"{RecordsPerSecond}"]);
        using var sessionClient = new SessionClient(balancer);
        await sessionClient.GetAsync();
        await RecordTests.RecordAsync(redis, sessionClient.Id);
        await FloodAsync(balancer, NewSessions / 10);
        long balancerBefore = balancer.Memory, redisBefore = await redis.MemoryAsync(), begin = Stopwatch.GetTimestamp();
        long recordsBefore = (long)(await redis.CommandAsync("DBSIZE"))!;

        Task flood = FloodAsync(balancer, NewSessions);
        int visits = 1;
        while (!flood.IsCompleted)
        {
            Assert.Equal(200, (await sessionClient.GetAsync()).Status);
            visits++;
        }
        await flood;

        Assert.Equal(1, sessionClient.Given);
        Assert.InRange(balancer.Memory, 0, balancerBefore + Bound);
        Assert.InRange(await redis.MemoryAsync(), 0, redisBefore + Bound);
        // One second's budget at once, and the batch that was in flight at the start.
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        long records = (long)(await redis.CommandAsync("DBSIZE"))! - recordsBefore;
        Assert.InRange(records, 1, (long)(RecordsPerSecond * (seconds + 3)));
        await Deadlines.UntilAsync(
            async () => (await redis.FieldsAsync(RecordTests.Key(sessionClient.Id))).GetValueOrDefault("requests") == $"{visits}", $"{visits} requests to be counted");
    }

    [Fact]
    public async Task NewSession_OverTheBudget_IsRecordedWhenTheCookieReturns()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared", "--store", redis.Url, "--session-new-records", "1");
        // The first uses up the budget of its second; the others have to wait.
        SessionClient[] clients = [.. Enumerable.Range(0, 20).Select(_ => new SessionClient(balancer))];
        foreach (SessionClient sessionClient in clients)
        {
            await sessionClient.GetAsync();
        }
        await RecordTests.RecordAsync(redis, clients[0].Id);
        using Resp store = await redis.ConnectAsync();
        var waiting = new List<SessionClient>();
        foreach (SessionClient sessionClient in clients)
        {
            if (await store.NumberAsync("EXISTS", RecordTests.Key(sessionClient.Id)) == 0)
            {
                waiting.Add(sessionClient);
            }
        }
        Assert.NotEmpty(waiting);
        await Deadlines.UntilAsync(
            async () =>
            {
                await waiting[0].GetAsync();
                return (await store.HashAsync(RecordTests.Key(waiting[0].Id))).ContainsKey("client");
            },
            "the record of a returning session");
        Array.ForEach(clients, sessionClient => sessionClient.Dispose());
    }

    private static Task FloodAsync(Balancer balancer, int count) =>
        Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => FloodOneAsync(balancer, count / Connections)));

    private static async Task FloodOneAsync(Balancer balancer, int count)
    {
        using RawClient client = await balancer.ConnectAsync();
        for (int sent = 0; sent < count; sent += Pipelined)
        {
            await client.SendAsync(Requests);
            for (int i = 0; i < Pipelined; i++)
            {
                string head = await client.ReadHeadAsync();
                Assert.StartsWith("HTTP/1.1 200 ", head);
                Assert.Contains("Set-Cookie: LB_SESSION=", head);
                await client.ReadExactAsync("real".Length);
            }
        }
    }
}

using System.Diagnostics;
using System.Text;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>Clients that never send their cookie back: the cost of each is bounded, and visitors who do are not harmed.</summary>
public class FloodTests
{
    private const int Strangers = 100_000;
    private const int Connections = 8;
    private const int Pipelined = 50;
    private const int RecordsPerSecond = 200;

    /// <summary>What a hundred thousand records would take by far, and what is left of the noise of two memories by far not.</summary>
    private const long Bound = 32 * Payload.Megabyte;

    private static readonly byte[] Requests = Encoding.ASCII.GetBytes(
        string.Concat(Enumerable.Repeat($"GET / HTTP/1.1\r\nHost: a\r\nX-Filling: {new string('x', 500)}\r\n\r\n", Pipelined)));

    [Fact]
    public async Task Strangers_AHundredThousand_MemoryStaysBoundedAndVisitorsAreServed()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var nginx = await Nginx.StartAsync("real");
        await using var balancer = await Balancer.StartAsync(
            [nginx.Url], ["--session", "shared", "--store", redis.Url, "--session-new-records", $"{RecordsPerSecond}"]);
        using var visitor = new Visitor(balancer);
        await visitor.GetAsync();
        await RecordTests.RecordAsync(redis, visitor.Id);
        await FloodAsync(balancer, Strangers / 10);
        long balancerBefore = balancer.Memory, redisBefore = await redis.MemoryAsync(), begin = Stopwatch.GetTimestamp();
        long recordsBefore = (long)(await redis.CommandAsync("DBSIZE"))!;

        Task flood = FloodAsync(balancer, Strangers);
        int visits = 1;
        while (!flood.IsCompleted)
        {
            Assert.Equal(200, (await visitor.GetAsync()).Status);
            visits++;
        }
        await flood;

        Assert.Equal(1, visitor.Given);
        Assert.InRange(balancer.Memory, 0, balancerBefore + Bound);
        Assert.InRange(await redis.MemoryAsync(), 0, redisBefore + Bound);
        // A second's worth at once, and the batch that was on its way at the beginning.
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        long records = (long)(await redis.CommandAsync("DBSIZE"))! - recordsBefore;
        Assert.InRange(records, 1, (long)(RecordsPerSecond * (seconds + 3)));
        await Patience.UntilAsync(
            async () => (await redis.FieldsAsync(RecordTests.Key(visitor.Id))).GetValueOrDefault("requests") == $"{visits}", $"{visits} requests to be counted");
    }

    [Fact]
    public async Task Stranger_BeyondTheBudget_GetsTheRecordWhenTheCookieComesBack()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared", "--store", redis.Url, "--session-new-records", "1");
        // The first takes the budget of its second; those behind it have to wait.
        Visitor[] visitors = [.. Enumerable.Range(0, 20).Select(_ => new Visitor(balancer))];
        foreach (Visitor visitor in visitors)
        {
            await visitor.GetAsync();
        }
        await RecordTests.RecordAsync(redis, visitors[0].Id);
        using Resp store = await redis.ConnectAsync();
        var waiting = new List<Visitor>();
        foreach (Visitor visitor in visitors)
        {
            if (await store.NumberAsync("EXISTS", RecordTests.Key(visitor.Id)) == 0)
            {
                waiting.Add(visitor);
            }
        }
        Assert.NotEmpty(waiting);
        await Patience.UntilAsync(
            async () =>
            {
                await waiting[0].GetAsync();
                return (await store.HashAsync(RecordTests.Key(waiting[0].Id))).ContainsKey("client");
            },
            "the record of a visitor who came back");
        Array.ForEach(visitors, visitor => visitor.Dispose());
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

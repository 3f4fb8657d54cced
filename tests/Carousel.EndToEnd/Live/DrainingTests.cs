using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Health;
using Carousel.EndToEnd.Sessions;
using Xunit;

namespace Carousel.EndToEnd.Live;

/// <summary>A server whose line is deleted.</summary>
public class DrainingTests
{
    [Fact]
    public async Task Deleted_LongAnswerInFlight_FinishesWhileOthersGoElsewhereThenItIsGone()
    {
        var release = new TaskCompletionSource();
        await using var one = Slow("one", release);
        await using var two = ScriptedServer.Responding("two");
        await using var balancer = await Balancer.StartAsync(one, two);
        using RawClient client = await BeginAsync(balancer);

        balancer.File.Write(two.Url);
        await balancer.SaidAsync($"servers.txt: draining {one.Url}");
        Assert.Equal(["two", "two", "two"], await balancer.AskAsync(3));
        Assert.DoesNotContain($"{one.Url} removed", balancer.Errors);
        release.SetResult();
        Assert.Equal("later", await client.ReadTextAsync(5));
        await balancer.SaidAsync($"server {one.Url} removed\n");
        await Patience.UntilAsync(() => one.OpenConnections == 0, "its connections to be closed");
        Assert.Equal(["two", "two"], await balancer.AskAsync(2));
    }

    [Fact]
    public async Task Deleted_AnswerOutlastsTheTime_IsCut()
    {
        await using var one = Slow("one", new TaskCompletionSource());
        await using var two = ScriptedServer.Responding("two");
        await using var balancer = await Balancer.StartAsync([one, two], "--drain-timeout", "300ms");
        using RawClient client = await BeginAsync(balancer);

        balancer.File.Write(two.Url);
        await balancer.SaidAsync($"server {one.Url} removed: 1 request in flight was cut");
        Assert.Equal(End.Closed, await client.ReadEndAsync());
        await balancer.SaidAsync("error server-gone: ");
        Assert.Equal(["two", "two"], await balancer.AskAsync(2));
    }

    [Fact]
    public async Task Deleted_ComesBackInTime_IsAFullMemberAgain()
    {
        var release = new TaskCompletionSource();
        await using var one = Slow("one", release);
        await using var two = ScriptedServer.Responding("two");
        await using var balancer = await Balancer.StartAsync(one, two);
        using RawClient client = await BeginAsync(balancer);
        balancer.File.Write(two.Url);
        await balancer.SaidAsync($"servers.txt: draining {one.Url}");
        balancer.File.Write(one.Url, two.Url);
        await balancer.SaidAsync($"servers.txt: restored {one.Url}");
        release.SetResult();
        Assert.Equal("later", await client.ReadTextAsync(5));
        await balancer.UntilRotationAsync("firstlater", "two");
        Assert.DoesNotContain($"{one.Url} removed", balancer.Errors);
    }

    [Fact]
    public async Task Deleted_Sticky_VisitorsStayUntilItIsGoneAndNewOnesGoElsewhere()
    {
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var balancer = await Balancer.StartAsync([one, two], "--session", "sticky", "--drain-timeout", "6s");
        using var visitor = new Visitor(balancer);
        Assert.Equal("one", Echo.Name(await visitor.GetAsync()));

        balancer.File.Write(two.Url);
        await balancer.SaidAsync($"servers.txt: draining {one.Url}");
        Message last = await visitor.GetAsync();
        Assert.Equal(("one", "-"), (Echo.Name(last), Echo.Moved(last)));
        using var other = new Visitor(balancer);
        Assert.Equal("two", Echo.Name(await other.GetAsync()));

        await balancer.SaidAsync($"server {one.Url} removed\n");
        await Patience.UntilAsync(() => one.OpenConnections == 0, "its connections to be closed");
        Message moved = await visitor.GetAsync();
        Assert.Equal(("two", "server-gone"), (Echo.Name(moved), Echo.Moved(moved)));
        Assert.Equal(2, visitor.Given);
    }

    /// <summary>Every server is another: those that leave serve until one of the new ones can.</summary>
    [Fact]
    public async Task Deleted_AllOfThem_TheyServeUntilANewOneCan()
    {
        await using var one = ScriptedServer.Responding("one");
        int port = FixedPort.Next();
        await using var balancer = await Probed.StartAsync(one.Url);
        await balancer.UntilRotationAsync("one");
        balancer.File.Write($"http://127.0.0.1:{port}");
        await balancer.UntilSaidAsync($"http://127.0.0.1:{port}", "is down: connect-refused");
        Assert.Equal(["one", "one"], await balancer.AskAsync(2));
        await using var two = ScriptedServer.Responding("two", port: port);
        await balancer.UntilRotationAsync("two");
        await balancer.SaidAsync($"server {one.Url} removed\n");
    }

    /// <summary>Begins to answer, and goes on when it is told to.</summary>
    private static ScriptedServer Slow(string name, TaskCompletionSource release) => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadRequestAsync() is not null)
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
            await release.Task;
            await connection.SendAsync("later");
        }
    });

    /// <summary>A client to whom the first server has begun to answer.</summary>
    private static async Task<RawClient> BeginAsync(Balancer balancer)
    {
        RawClient client = await balancer.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadHeadAsync();
        Assert.Equal("first", await client.ReadTextAsync(5));
        return client;
    }
}

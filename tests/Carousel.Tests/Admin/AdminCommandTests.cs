using Carousel.Cli;
using Carousel.Commands;
using Carousel.Control.Admin;
using Carousel.Core.Health;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Xunit;

namespace Carousel.Tests.Admin;

/// <summary>The commands over the API, against an in-process admin server.</summary>
public class AdminCommandTests
{
    private const string Servers = "http://10.0.0.1:80 name=blue\nhttp://10.0.0.2:80 name=green weight=3 max=5";

    [Fact]
    public async Task Drain_NothingInFlight_EndsImmediately()
    {
        await using Admin admin = await Admin.StartAsync(Servers);
        var output = new StringWriter();

        int code = await DrainCommand.RunAsync(admin.Client, new AdminOrder.Drain("blue", Waits: true, TimeSpan.FromSeconds(20)), output, TimeProvider.System);

        Assert.Equal((ExitCode.Ok, "blue is drained: no request in flight\n"), (code, output.ToString()));
        Assert.True(admin.Named("blue").Entry.Drain);
    }

    [Fact]
    public async Task Drain_ARequestInFlight_WaitsForItsEnd()
    {
        await using Admin admin = await Admin.StartAsync(Servers);
        ServerLoad load = admin.Named("blue").Load;
        load.TryEnter(0);
        var output = new StringWriter();

        Task<int> draining = DrainCommand.RunAsync(admin.Client, new AdminOrder.Drain("blue", Waits: true, TimeSpan.FromSeconds(20)), output, TimeProvider.System);
        while (!admin.Named("blue").Entry.Drain)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
        Assert.False(draining.IsCompleted);
        load.Leave();

        Assert.Equal(ExitCode.Ok, await draining);
    }

    [Fact]
    public async Task Drain_TimeIsOver_SaysWhatRemains()
    {
        await using Admin admin = await Admin.StartAsync(Servers);
        admin.Named("blue").Load.TryEnter(0);
        var output = new StringWriter();

        int code = await DrainCommand.RunAsync(admin.Client, new AdminOrder.Drain("blue", Waits: true, TimeSpan.FromMilliseconds(50)), output, TimeProvider.System);

        Assert.Equal((ExitCode.NotDrained, "blue is not drained after 50ms: 1 request in flight\n"), (code, output.ToString()));
    }

    [Fact]
    public async Task Drain_LastServer_NeedsForce()
    {
        await using Admin admin = await Admin.StartAsync("http://10.0.0.1:80 name=blue");
        var order = new AdminOrder.Drain("blue", Waits: false, TimeSpan.FromSeconds(20));

        AdminClientException e = await Assert.ThrowsAsync<AdminClientException>(() => DrainCommand.RunAsync(admin.Client, order, TextWriter.Null, TimeProvider.System));

        Assert.Equal("blue is the last server that accepts requests: without it clients get 503. Add or undrain another server first, or force the change (--force, ?force=true)", e.Message);
        Assert.Equal(ExitCode.Ok, await DrainCommand.RunAsync(admin.Client, order with { IsForced = true }, TextWriter.Null, TimeProvider.System));
        Assert.True(admin.Named("blue").Entry.Drain);
    }

    [Fact]
    public async Task Client_UnknownServer_SuggestsOne()
    {
        await using Admin admin = await Admin.StartAsync(Servers);

        AdminClientException e = await Assert.ThrowsAsync<AdminClientException>(() => admin.Client.DoAsync(HttpMethod.Delete, AdminClient.PathOf("gren")));

        Assert.Equal("there is no server \"gren\": did you mean \"green\"?", e.Message);
    }

    [Fact]
    public async Task Client_TokenMissing_NamesTheFlag()
    {
        await using Admin admin = await Admin.StartAsync(Servers, "0123456789abcdef");

        AdminClientException e = await Assert.ThrowsAsync<AdminClientException>(() => admin.Client.GetAsync("api/v1/pool", AdminJson.Default.PoolView));

        Assert.Equal($"{admin.Server.EndPoint} requires its admin token: set --admin-token-file FILE", e.Message);
    }

    [Fact]
    public async Task Client_NothingListens_Fails()
    {
        string address;
        await using (Admin admin = await Admin.StartAsync(Servers))
        {
            address = $"{admin.Server.EndPoint}";
        }
        using var client = new AdminClient(new AdminTarget(address, null), null);

        AdminClientException e = await Assert.ThrowsAsync<AdminClientException>(() => client.TextAsync("healthz"));

        Assert.StartsWith($"nothing listens on {address}:", e.Message);
    }

    [Fact]
    public async Task Status_OfAPool_IsATable()
    {
        await using Admin admin = await Admin.StartAsync(Servers);
        admin.Named("green").Load.TryEnter(0);
        var list = ServerView.All(admin.Context);
        (PoolView, ServerList) now = (PoolView.Of(admin.Context),
            list with { WindowSeconds = 5, Servers = [.. list.Servers.Select(server => server with { Since = list.At - TimeSpan.FromSeconds(200) })] });

        string text = StatusText.Of(now, int.MaxValue, int.MaxValue, hasColors: false);

        Assert.Equal(
            """
            2 servers, weighted; 1 request in flight, 0 connections; shares, rates, latencies of the last 5 s
            0 responses: 0 4xx, 0 5xx; 0 requests without a whole response
            server  state  since  weight  in flight  share  req/s  p50 ms  p99 ms  4xx  5xx  failed  address
            blue    up     3m     1       0          0%     0      -       -       0    0    0       http://10.0.0.1:80
            green   up     3m     3       1/5        0%     0      -       -       0    0    0       http://10.0.0.2:80

            """, text);
        string small = StatusText.Of(now, 20, 6, hasColors: true);
        Assert.Contains("and 1 more\e[K\n", small);
        Assert.Contains("\e[32mblue    up     3m   \e[0m\e[K\n", small);
        Assert.Contains("\nthe last good list is in use: servers.txt:1:1: no\nserver ",
            StatusText.Of((PoolView.Of(admin.Context) with { ListError = "servers.txt:1:1: no" }, now.Item2), int.MaxValue, int.MaxValue, hasColors: false));
    }

    /// <summary>976 responses with 5xx were once shown as "0 failed".</summary>
    [Fact]
    public async Task Status_FailingServers_AreFirstWithReasons()
    {
        await using Admin admin = await Admin.StartAsync(Servers + "\nhttp://10.0.0.3:80 name=red");
        for (int i = 0; i < 94_000; i++)
        {
            admin.Named("green").Traffic.Of(i % 2).CountResponse(i < 976 ? 503 : 200);
        }
        Server red = admin.Named("red");
        DateTimeOffset now = DateTimeOffset.UtcNow;
        for (int i = 0; i < 3; i++)
        {
            red.LastProbe = ProbeReport.After(red.LastProbe, now, TimeSpan.FromMilliseconds(2), new ProbeResult("status 503", Status: 503), "HTTP 503 from /healthz");
        }
        red.Traffic.Of(0).Failed(FailureReason.AnswerTimeout);
        red.Traffic.Of(0).Failed(FailureReason.ClientClosed);
        admin.Context.Membership.SetHealth(red.Tag, false);
        ServerList list = ServerView.All(admin.Context);
        list = list with { WindowSeconds = 5, At = now + TimeSpan.FromSeconds(1), Servers = [.. list.Servers.Select(server => server with { Since = now - TimeSpan.FromMinutes(3) })] };

        string text = StatusText.Of((PoolView.Of(admin.Context), list), 100, int.MaxValue, hasColors: false);

        Assert.Equal(
            """
            3 servers, weighted; 0 requests in flight, 0 connections; shares, rates, latencies of the last 5 s
            94000 responses: 0 4xx, 976 5xx (1.04%); 0 requests without a whole response
            server  state  since  weight  in flight  share  req/s  p99 ms  4xx  5xx  failed
            red     down   3m     1       0          0%     0      -       0    0    1
              HTTP 503 from /healthz, 3 probes in a row; last probe 1s ago, took 2.00 ms
            blue    up     3m     1       0          0%     0      -       0    0    0
            green   up     3m     3       0/5        0%     0      -       0    976  0

            """, text);
        ServerView view = list.Servers.Single(server => server.Name == "red");
        Assert.Equal(("bad-status", 1, 2, 1), (view.Reason, view.Errors, view.Failures, view.FailuresByReason["client-closed"]));
        Assert.Equal(("HTTP 503 from /healthz", 3, false), (view.LastProbe!.Text, view.LastProbe.InARow, view.LastProbe.Good));
        Assert.Equal((976L, 93_024L), (list.Servers[1].Responses["5xx"], list.Servers[1].Responses["2xx"]));
    }

    [Fact]
    public void Explain_ForPeople_IsPlainText()
    {
        string text = ExplainText.Of(new ExplainView("/\e[2J", "127.0.0.1", "hash", null, "primary", "blue", ["it is so"],
            [new ExplainedServer("blue", "http://10.0.0.1:80", "up", 1, false, 2, 5, 1.5, true, 0.25, "may be picked")]));

        Assert.Equal(
            """
            /?[2J would go to blue (client 127.0.0.1, policy hash)
            - it is so

            server  state  weight  in flight  share  why
            * blue  up     1       2/5        25%    may be picked

            """, text);
    }

    [Theory]
    [InlineData("status", typeof(AdminOrder.Status))]
    [InlineData("drain blue --wait --timeout 5s", typeof(AdminOrder.Drain))]
    [InlineData("undrain blue", typeof(AdminOrder.Undrain))]
    [InlineData("weight blue 3", typeof(AdminOrder.Weight))]
    [InlineData("add http://a:1 weight=3 name=x", typeof(AdminOrder.Add))]
    [InlineData("remove blue", typeof(AdminOrder.Remove))]
    [InlineData("healthcheck --ready", typeof(AdminOrder.HealthCheck))]
    [InlineData("explain --url /x --cookie a=b", typeof(AdminOrder.Explain))]
    [InlineData("explain 0123456789abcdef", typeof(AdminOrder.Past))]
    public void Parse_Command_ReturnsItsOrder(string line, Type expected)
    {
        Request.Admin request = Assert.IsType<Request.Admin>(CommandLine.Parse([.. line.Split(' '), "--admin", "lb.example:80", "--admin-token-file", "t"]));

        Assert.Equal(new AdminTarget("lb.example:80", "t"), request.Target);
        Assert.IsType(expected, request.Order);
    }

    [Theory]
    [InlineData("http://lb.example:80")]
    [InlineData("http://lb.example:80/")]
    public void Parse_UrlFromTheBanner_IsItsAddress(string url) =>
        Assert.Equal("lb.example:80", Assert.IsType<Request.Admin>(CommandLine.Parse(["status", "--admin", url])).Target.Address);

    [Fact]
    public void Parse_PortAlone_IsLocal() =>
        Assert.Equal("127.0.0.1:7779", Assert.IsType<Request.Admin>(CommandLine.Parse(["status", "--admin", "7779"])).Target.Address);

    [Fact]
    public void Parse_Values_AreSet()
    {
        Assert.Equal(new AdminOrder.Drain("blue", true, TimeSpan.FromSeconds(5)), Order("drain", "blue", "--wait", "--timeout", "5s"));
        Assert.Equal(new AdminOrder.Drain("blue", false, TimeSpan.FromSeconds(30)), Order("drain", "blue"));
        Assert.Equal(new AdminOrder.Drain("blue", false, TimeSpan.FromSeconds(30), IsForced: true), Order("drain", "blue", "--force"));
        Assert.Equal(new AdminOrder.Remove("blue", IsForced: true), Order("remove", "--force", "blue"));
        Assert.Equal(new AdminOrder.Weight("blue", 0, IsForced: true), Order("weight", "blue", "0", "--force"));
        Assert.Equal(new AdminOrder.Add("http://a:1 drain", IsForced: true), Order("add", "http://a:1 drain", "--force"));
        Assert.Equal(new AdminOrder.Add("http://a:1 weight=3"), Order("add", "http://a:1 weight=3"));
        Assert.Equal(new AdminOrder.Add("http://a:1 weight=3"), Order("add", "http://a:1", "weight=3"));
        Assert.Equal(new AdminOrder.Weight("blue", 1000), Order("weight", "blue", "1000"));
    }

    [Theory]
    [InlineData("drain", "carousel drain: expected drain NAME, as in: carousel drain blue --wait --timeout 1m")]
    [InlineData("weight blue many", "carousel weight: expected weight NAME N, as in: carousel weight blue 3")]
    [InlineData("weight blue 1001", "carousel weight: expected weight NAME N, as in: carousel weight blue 3")]
    [InlineData("drain blue --timeout 5s", "--timeout has no effect without --wait: add that, or leave --timeout out")]
    [InlineData("drain blue --wiat", "unknown flag \"--wiat\": did you mean --wait?")]
    [InlineData("status --admin 77780", "--admin: expected a host and a port such as 127.0.0.1:7778, found \"77780\"")]
    [InlineData("status --admin 0", "--admin: expected a host and a port such as 127.0.0.1:7778, found \"0\"")]
    [InlineData("status --admin http://x", "--admin: expected a host and a port such as 127.0.0.1:7778, found \"http://x\"")]
    [InlineData("status --admin https://x:1", "--admin: expected a host and a port such as 127.0.0.1:7778, found \"https://x:1\"")]
    [InlineData("explain", "carousel explain: expected explain --url URL, or explain ID, as in: carousel explain --url http://localhost:7777/")]
    public void Parse_Invalid_SaysWhatIsExpected(string line, string expected) =>
        Assert.Equal([expected], Assert.IsType<Request.Invalid>(CommandLine.Parse(line.Split(' '))).Errors);

    [Theory]
    [InlineData("status")]
    [InlineData("drain")]
    [InlineData("explain")]
    public void Help_OfACommand_HasItsUsageAndExitCodes(string command)
    {
        string text = Assert.IsType<Request.Print>(CommandLine.Parse([command, "--help"])).Text;

        Assert.Contains($"  carousel {command}", text);
        Assert.Contains("--admin ADDRESS", text);
        Assert.Contains("Exit codes: 0 done", text);
    }

    [Theory]
    [InlineData("off", null, null)]
    [InlineData("127.0.0.1:0", "127.0.0.1:0", null)]
    [InlineData("localhost:80", "127.0.0.1:80", null)]
    [InlineData("[::1]:7778", "[::1]:7778", null)]
    [InlineData("0.0.0.0:7778", "0.0.0.0:7778", "an address other than loopback requires a token")]
    [InlineData("7778", "127.0.0.1:7778", null)]
    [InlineData("65536", null, "expected an address and a port")]
    [InlineData("127.0.0.1", null, "expected an address and a port")]
    [InlineData("::1", null, "expected an address and a port")]
    public void Parse_AdminFlag_IsReadAndNeedsATokenIfRemote(string text, string? expected, string? error)
    {
        Request request = CommandLine.Parse(["-f", "s.txt", "--admin", text]);

        if (error is not null)
        {
            Assert.Contains(error, Assert.Single(Assert.IsType<Request.Invalid>(request).Errors));
            Assert.Equal(expected is not null, CommandLine.Parse(["-f", "s.txt", "--admin", text, "--admin-token-file", "t"]) is Request.Run);
            return;
        }
        Assert.Equal(expected, Assert.IsType<Request.Run>(request).Settings.Admin?.ToString());
    }

    [Fact]
    public void Described_Settings_AreThoseGivenWithoutSecrets()
    {
        Request.Run run = Assert.IsType<Request.Run>(CommandLine.Parse(["-f", "s.txt", "--policy", "random", "--panic", "--store", "redis://me:secret@host:1"]));
        Dictionary<string, Setting> settings = run.Settings.Described.SelectMany(group => group.Settings).ToDictionary(setting => setting.Flag);

        Assert.Equal(new Setting("--policy", "random", true), settings["--policy"]);
        Assert.Equal(new Setting("--panic", "on", true), settings["--panic"]);
        Assert.Equal(new Setting("--store", "redis://host:1", true), settings["--store"]);
        Assert.Equal(new Setting("--queue", "1024", false), settings["--queue"]);
        Assert.DoesNotContain(settings.Values, setting => setting.Value.Contains("secret"));
    }

    private static AdminOrder Order(params string[] args) => Assert.IsType<Request.Admin>(CommandLine.Parse(args)).Order;
}

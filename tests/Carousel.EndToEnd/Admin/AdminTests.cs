using System.Text.RegularExpressions;
using Carousel.EndToEnd.CommandLine;
using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Health;
using Carousel.EndToEnd.Live;
using Xunit;

namespace Carousel.EndToEnd.Admin;

/// <summary>The admin commands against a running balancer.</summary>
public partial class AdminTests
{
    [Fact]
    public async Task Status_InAPipe_IsATableOfTheServers()
    {
        await using var one = ScriptedServer.Responding("one");
        await using var two = ScriptedServer.Responding("two");
        await using Balancer balancer = await Balancer.StartAsync([one.Url + " name=blue", two.Url + " name=green weight=3"], ["--admin", "127.0.0.1:0"]);
        await balancer.RequestAsync(4);

        Run status = await Run.OfBalancerAsync(balancer, "status");

        Assert.Equal((0, ""), (status.Code, status.Errors));
        Assert.Matches(@"(?m)^blue\s+up\s+\d+s\s+1\s+0\s+25%", status.Output);
        Assert.Matches(@"(?m)^green\s+up\s+\d+s\s+3\s+0\s+75%", status.Output);
        Assert.Contains("\"name\": \"blue\"", (await Run.OfBalancerAsync(balancer, "status", "--json")).Output);
    }

    [Fact]
    public async Task Drain_Wait_EndsWithTheLastRequest()
    {
        var release = new TaskCompletionSource();
        await using var one = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                await release.Task;
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
            }
        });
        await using var two = ScriptedServer.Responding("two");
        await using Balancer balancer = await Balancer.StartAsync([one.Url + " name=blue", two.Url + " name=green"], ["--admin", "127.0.0.1:0"]);
        Task<Message> first = balancer.GetAsync();
        await Deadlines.UntilAsync(() => one.OpenConnections == 1, "the request to be in flight");

        Run early = await Run.OfBalancerAsync(balancer, "drain", "blue", "--wait", "--timeout", "300ms");
        Assert.Equal((3, "blue is not drained after 300ms: 1 request in flight\n"), (early.Code, early.Output));
        Assert.Equal(["two", "two"], await balancer.RequestAsync(2));
        Task<Run> drain = Run.OfBalancerAsync(balancer, "drain", "blue", "--wait");
        release.SetResult();
        Run done = await drain;

        Assert.Equal((0, "blue is drained: no request in flight\n"), (done.Code, done.Output));
        Assert.Equal("one", (await first).Text);
        Assert.Equal(0, (await Run.OfBalancerAsync(balancer, "undrain", "blue")).Code);
        await balancer.UntilRotationAsync("one", "two");
    }

    [Fact]
    public async Task AddWeighRemove_OfAServer_ChangeTheRotation()
    {
        await using var one = ScriptedServer.Responding("one");
        await using var two = ScriptedServer.Responding("two");
        await using Balancer balancer = await Balancer.StartAsync([one.Url + " name=blue"], ["--admin", "127.0.0.1:0"]);

        Assert.Equal(0, (await Run.OfBalancerAsync(balancer, "add", two.Url, "name=green")).Code);
        await balancer.UntilRotationAsync("one", "two");
        Assert.Equal("blue has weight 0\n", (await Run.OfBalancerAsync(balancer, "weight", "blue", "0")).Output);
        Assert.Equal(["two", "two"], await balancer.RequestAsync(2));
        Assert.Equal(0, (await Run.OfBalancerAsync(balancer, "weight", "blue", "1")).Code);
        Assert.Equal(0, (await Run.OfBalancerAsync(balancer, "remove", "green")).Code);
        Assert.Equal(["one", "one"], await balancer.RequestAsync(2));
        Run last = await Run.OfBalancerAsync(balancer, "remove", "blue");
        Assert.Equal(1, last.Code);
        Assert.Contains("blue is the last server", last.Errors);
        Run unknown = await Run.OfBalancerAsync(balancer, "drain", "blu");
        Assert.Equal((1, "carousel: there is no server \"blu\": did you mean \"blue\"?\n"), (unknown.Code, unknown.Errors));
    }

    [Fact]
    public async Task Save_Change_IsWrittenToTheFile()
    {
        await using var one = ScriptedServer.Responding("one");
        await using var two = ScriptedServer.Responding("two");
        await using Balancer balancer = await Balancer.StartAsync(["# ours", one.Url + " name=blue  # old", two.Url], ["--admin", "127.0.0.1:0", "--save"]);

        Assert.Equal(0, (await Run.OfBalancerAsync(balancer, "drain", "blue")).Code);

        Assert.Equal($"# ours\n{one.Url} name=blue drain  # old\n{two.Url}\n", File.ReadAllText(balancer.File.Path));
        await balancer.UntilLoggedAsync($"servers.txt: changed {one.Url} (blue) (drain)");
        Assert.Equal(["two", "two"], await balancer.RequestAsync(2));
    }

    [Fact]
    public async Task FileChange_AnotherLine_KeepsWhatWasSet()
    {
        await using var one = ScriptedServer.Responding("one");
        await using var two = ScriptedServer.Responding("two");
        await using var three = ScriptedServer.Responding("three");
        await using Balancer balancer = await Balancer.StartAsync([one.Url + " name=blue", two.Url], ["--admin", "127.0.0.1:0"]);
        Assert.Equal(0, (await Run.OfBalancerAsync(balancer, "drain", "blue")).Code);

        balancer.File.Write(one.Url + " name=blue", two.Url, three.Url);
        await balancer.UntilRotationAsync("two", "three");
        balancer.File.Write(one.Url + " name=blue weight=2", two.Url, three.Url);
        await balancer.UntilLoggedAsync($"servers.txt: changed {one.Url} (blue) (weight 1 -> 2, no drain)");
    }

    [Fact]
    public async Task Explain_APastRequest_HasItsAttempts()
    {
        using var closed = new ClosedPort();
        await using var two = ScriptedServer.Responding("two");
        await using Balancer balancer = await Balancer.StartAsync([closed.Url + " name=blue", two.Url + " name=green"], ["--admin", "127.0.0.1:0"]);
        Message response = await balancer.GetAsync("/past?x=1");
        string id = RequestId().Match(response.Head).Groups["id"].Value;

        Run past = await Run.OfBalancerAsync(balancer, "explain", id);
        Run next = await Run.OfBalancerAsync(balancer, "explain", "--url", "/a?b=1");

        Assert.Equal((0, ""), (past.Code, past.Errors));
        Assert.StartsWith("GET /past?x=1 of 127.0.0.1:", past.Output);
        Assert.Matches(@"(?m)^1\s+blue\s+.* connect-refused: the server refused the connection$", past.Output);
        Assert.Matches(@"(?m)^2\s+green\s+.* responded$", past.Output);
        Assert.Equal(0, next.Code);
        Assert.StartsWith("/a?b=1 would go to one of these (client 127.0.0.1, policy round-robin)\n", next.Output);
        Run unknown = await Run.OfBalancerAsync(balancer, "explain", "0123456789abcdef");
        Assert.Equal(1, unknown.Code);
        Assert.StartsWith("carousel: request \"0123456789abcdef\" not found: ", unknown.Errors);
    }

    [Fact]
    public async Task HealthCheck_OfABalancer_IsItsExitCode()
    {
        await using var one = ScriptedServer.Responding("one");
        await using Balancer balancer = await Balancer.StartAsync([one.Url], ["--admin", "127.0.0.1:0"]);

        Run alive = await Run.OfBalancerAsync(balancer, "healthcheck");
        Run ready = await Run.OfBalancerAsync(balancer, "healthcheck", "--ready");
        Assert.Equal((0, "ok\n", 0, "ready\n"), (alive.Code, alive.Output, ready.Code, ready.Output));
        Assert.Equal(0, (await Run.OfBalancerAsync(balancer, "drain", one.Url, "--force")).Code);
        ready = await Run.OfBalancerAsync(balancer, "healthcheck", "--ready");
        Assert.Equal((1, "no-server\n"), (ready.Code, ready.Output));
    }

    [Fact]
    public async Task HealthCheck_NothingListens_Fails()
    {
        using var closed = new ClosedPort();

        Run check = await Run.ToEndAsync(Path.GetTempPath(), "healthcheck", "--admin", $"127.0.0.1:{closed.Port}");

        Assert.Equal(1, check.Code);
        Assert.StartsWith($"carousel: nothing listens on 127.0.0.1:{closed.Port}: ", check.Errors);
    }

    [Fact]
    public async Task Start_AdminPortTaken_ExitsWithOneLine()
    {
        await using var one = ScriptedServer.Responding("one");
        await using Balancer balancer = await Balancer.StartAsync([one.Url], ["--admin", "127.0.0.1:0"]);

        string admin = await Run.AdminSideAsync(balancer);
        Run second = await Run.WithServersAsync(
            one.Url, "-f", "servers.txt", "-p", "0", "--store", "none", "--bind", "127.0.0.1", "--admin", admin);

        Assert.Equal(1, second.Code);
        Assert.Contains($"carousel: --admin {admin}: the port is in use", second.Errors);
    }

    [Theory]
    [InlineData("--admin 0.0.0.0:0", 2, "an address other than loopback requires a token")]
    [InlineData("--admin 0.0.0.0:0 --admin-token-file nowhere", 2, "--admin-token-file: nowhere: no such file")]
    [InlineData("--admin 127.0.0.1:0 --admin-token-file servers.txt", 2, "is no token: it needs 16 characters or more, without blanks")]
    public async Task Start_BadAdminFlags_AreRefused(string flags, int code, string error)
    {
        Run run = await Run.WithServersAsync("localhost:1", ["-f", "servers.txt", "-p", "0", "--store", "none", .. flags.Split(' ')]);

        Assert.Equal(code, run.Code);
        Assert.Contains(error, run.Errors);
    }

    [Fact]
    public async Task Start_SaveOverALink_IsRefused()
    {
        using var file = new ServersFile();
        file.Exchange("localhost:1");
        File.Delete(file.Path);
        File.CreateSymbolicLink(file.Path, "..data/servers.txt");

        Run run = await Run.ToEndAsync(file.Directory, "-f", "servers.txt", "-p", "0", "--store", "none", "--save");

        Assert.Equal(1, run.Code);
        Assert.StartsWith("carousel: --save: servers.txt is a symbolic link to ..data/servers.txt, as in a mounted ConfigMap", run.Errors);
    }

    [GeneratedRegex(@"\r\nX-Request-Id: (?<id>\S+)\r\n")]
    private static partial Regex RequestId();
}

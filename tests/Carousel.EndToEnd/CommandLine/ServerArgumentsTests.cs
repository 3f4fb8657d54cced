using System.Text.RegularExpressions;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.CommandLine;

/// <summary>Servers as arguments: <c>carousel http://localhost:3001 :3002</c>, and the addresses printed at start.</summary>
public partial class ServerArgumentsTests
{
    private static readonly string[] s_alone = ["-p", "0", "--workers", "1", "--health", "off", "--session", "off", "--store", "none"];

    [Fact]
    public async Task Start_ServersAsArguments_ServesAndIgnoresSighup()
    {
        await using var one = ScriptedServer.Responding("one");
        await using var two = ScriptedServer.Responding("two");
        await using var three = ScriptedServer.Responding("three");
        await using var balancer = await StartAsync(one.Url, $":{two.Port} weight=1 name=blue", $"{three.Port}", "--admin", "off");
        Assert.Contains($"balancing 3 servers: {one.Url}, http://localhost:{two.Port} (blue), http://localhost:{three.Port}\n", balancer.Output);

        using var client = await RawClient.ConnectAsync(int.Parse(Listening().Match(balancer.Output).Groups["port"].Value, null));
        var responses = new HashSet<string>();
        for (int i = 0; i < 3; i++)
        {
            responses.Add((await client.GetAsync()).Text);
        }
        Assert.Equal(["one", "three", "two"], responses.Order());

        balancer.Signal(Posix.SigHup);
        await Deadlines.UntilAsync(() => balancer.Errors.Contains("SIGHUP ignored: the servers are not from a file"), "the line about SIGHUP");
        Assert.Equal(200, (await client.GetAsync()).Status);
        balancer.Signal(Posix.SigTerm);
        Assert.Equal(0, await balancer.ExitAsync());
    }

    [Theory]
    [InlineData("argument 2, column 2: expected a port between 1 and 65535, found \"80800\"", "http://127.0.0.1:1", ":80800")]
    [InlineData("unexpected \"weight=2\": quote an option with its server, as in \":3001 weight=2\"", ":3001", "weight=2")]
    [InlineData("unexpected \":3001\": servers are read from --file", "-f", "servers.txt", ":3001")]
    [InlineData("unexpected \"servers.txt\": a file needs -f: carousel -f servers.txt", "servers.txt")]
    [InlineData("--save has no effect with servers as arguments", ":3001", "--save")]
    [InlineData("unexpected \":3001\" before the command drain", ":3001", "drain")]
    [InlineData("no servers: ")]
    public async Task Start_WrongArguments_IsOneLineAndExitsWithTwo(string expected, params string[] arguments)
    {
        Run run = await Run.WithServersAsync("http://127.0.0.1:1", arguments);

        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.StartsWith($"carousel: {expected}", Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task Check_FileAsArgument_PrintsTheServers()
    {
        Run run = await Run.WithServersAsync("3001 name=blue\n", "check", "servers.txt");

        Assert.Equal(0, run.Code);
        Assert.Matches(@"blue +http://localhost:3001 ", run.Output);
    }

    /// <summary>A program that listens on all addresses prints URLs that can be opened.</summary>
    [Fact]
    public async Task Start_OnAllAddresses_PrintsReachableUrls()
    {
        await using var server = ScriptedServer.Responding("x");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("carousel-token-");
        string token = Path.Combine(folder.FullName, "token");
        File.WriteAllText(token, "0123456789abcdef0123456789abcdef\n");
        await using var balancer = await StartAsync(server.Url, "--admin", "0.0.0.0:0", "--admin-token-file", token);
        await using var demoServer = ChildProcess.Start("/", Binary.Path, "demo-server", "-p", "0", "--name", "blue");
        await Deadlines.UntilAsync(() => Url().IsMatch(demoServer.Output), "the demo server to listen");
        folder.Delete(recursive: true);

        string[] urls = [.. Url().Matches(balancer.Output + demoServer.Output).Select(match => match.Value).Where(url => url != server.Url)];
        Assert.Equal(3, urls.Length);
        Assert.All(urls, url => Assert.StartsWith("http://localhost:", url));
        Assert.Contains($"dashboard: {urls[1]}\n", balancer.Output);
        using var client = new HttpClient();
        foreach (string url in urls)
        {
            Assert.Equal(200, (int)(await client.GetAsync(new Uri(new Uri(url), "healthz"), TestContext.Current.CancellationToken)).StatusCode);
        }
    }

    private static async Task<ChildProcess> StartAsync(params string[] arguments)
    {
        var balancer = ChildProcess.Start("/", Binary.Path, [.. arguments, .. s_alone]);
        await Deadlines.UntilAsync(() => balancer.HasExited || balancer.Output.Contains("Ctrl-C"), "the balancer to listen");
        Assert.False(balancer.HasExited, balancer.Errors);
        return balancer;
    }

    [GeneratedRegex(@"listening on http://\S+:(?<port>\d+)")]
    private static partial Regex Listening();

    [GeneratedRegex(@"http://[^\s,]+")]
    private static partial Regex Url();
}

using System.Net;
using System.Net.Sockets;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.CommandLine;

public class OptionTests
{
    [Fact]
    public async Task Help_Output_HasEveryOptionAndItsDefault()
    {
        Run run = await RunAsync("--help");
        Assert.Equal(0, run.Code);
        string[] output =
        [
            "--file", "-f", "--port", "-p", "--bind", "--workers", "--max-head", "16k", "--max-fields", "100", "--head-timeout", "10s",
            "--idle-timeout", "--connect-timeout", "2s", "--answer-timeout", "--body-timeout", "--max-connections",
            "--max-connections-per-client", "--drain-timeout", "30s", "--tunnel-timeout", "1h", "--server-idle-timeout",
            "--trusted-proxy", "--forwarded", "--version", "check", "demo",
        ];
        Assert.All(output, text => Assert.Contains(text, run.Output));
    }

    [Fact]
    public async Task Version_IsOneLine()
    {
        Run run = await RunAsync("--version");
        Assert.Equal(0, run.Code);
        Assert.Matches(@"^\S*\s?v?\d+\.\d+\.\d+\S*\n$", run.Output);
    }

    [Theory]
    [InlineData("--head-timeout", "soon")]
    [InlineData("--head-timeout", "-1s")]
    [InlineData("--max-head", "1")]
    [InlineData("--max-head", "1g")]
    [InlineData("--max-fields", "0")]
    [InlineData("--workers", "0")]
    [InlineData("--port", "80800")]
    [InlineData("--bind", "not-an-address")]
    [InlineData("--trusted-proxy", "10.0.0.0/99")]
    [InlineData("--max-connections", "0")]
    [InlineData("--no-such-option", "x")]
    public async Task Value_OutOfRange_IsRefusedByName(string option, string value)
    {
        Run run = await Run.WithServersAsync("http://127.0.0.1:1", "-f", "servers.txt", option, value);
        Assert.Equal(2, run.Code);
        Assert.Contains(option, run.Errors);
    }

    [Fact]
    public async Task Port_Taken_IsOneLineAndExitsWithOne()
    {
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        holder.Listen();
        string port = $"{((IPEndPoint)holder.LocalEndPoint!).Port}";
        Run run = await Run.WithServersAsync("http://127.0.0.1:1", "-f", "servers.txt", "-p", port, "--bind", "127.0.0.1", "--session", "off");
        Assert.Equal(1, run.Code);
        Assert.Contains(port, Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.DoesNotContain("listening on", run.Output);
    }

    [Fact]
    public async Task Port_OfAnotherBalancer_IsRefused()
    {
        // With SO_REUSEPORT two balancers could share a port by accident.
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        Run run = await Run.WithServersAsync(
            "http://127.0.0.1:1", "-f", "servers.txt", "-p", $"{balancer.Port}", "--bind", "127.0.0.1", "--session", "off");
        Assert.Equal(1, run.Code);
    }

    [Fact]
    public async Task Banner_NamesAddressServersAndWorkers()
    {
        await using var one = ScriptedServer.Responding("x");
        await using var two = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync([one, two], "--workers", "3");
        string output = balancer.Output + balancer.Errors;
        Assert.Contains($"listening on http://127.0.0.1:{balancer.Port}", output);
        Assert.Contains("2 servers", output);
        Assert.Contains("3 workers", output);
    }

    [Fact]
    public async Task Bind_NotGiven_ListensOnBothFamilies()
    {
        await using var server = ScriptedServer.Responding("x");
        using var file = new ServersFile(server.Url);
        int port = FixedPort.Next();
        await using var process = ChildProcess.Start(file.Directory, Binary.Path, "-f", "servers.txt", "-p", $"{port}", "--session", "off", "--admin", "off");
        await Deadlines.UntilAsync(() => (process.Output + process.Errors).Contains("listening on"), "the balancer to listen");
        foreach (IPAddress address in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
        {
            using var client = await RawClient.ConnectAsync(port, address);
            Assert.Equal("x", (await client.GetAsync()).Text);
            Assert.Equal(address.ToString(), server.Requests.Last()["X-Forwarded-For"]);
        }
    }

    [Fact]
    public async Task FailedRequest_IsLoggedWithServerAndReason()
    {
        using var closed = new ClosedPort();
        await using var balancer = await Balancer.StartAsync([closed.Url], []);
        await balancer.GetAsync();
        await Deadlines.UntilAsync(
            () => balancer.Errors.Contains("connect-refused") && balancer.Errors.Contains($"127.0.0.1:{closed.Port}"), "the failure in the log");
    }

    private static async Task<Run> RunAsync(params string[] arguments)
    {
        using var file = new ServersFile();
        return await Run.ToEndAsync(file.Directory, arguments);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Telemetry;

/// <summary>Metrics of the real binary, as Prometheus scrapes them.</summary>
public partial class MetricsTests
{
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task Metrics_AfterRequests_CountThem()
    {
        await using var blue = ScriptedServer.Responding("hello");
        await using var green = ScriptedServer.Responding("hello");
        await using var balancer = await Balancer.StartAsync([$"{blue.Url} name=blue", $"{green.Url} name=green"], ["--admin", "127.0.0.1:0", "--session", "shared"]);
        for (int i = 0; i < 10; i++)
        {
            await balancer.GetAsync();
        }
        await balancer.RequestAsync("GET / HTTP/1.1\r\n\r\n");
        Dictionary<string, double> read = await ReadAsync(balancer);
        Assert.Equal((5, 5, 10), (read["carousel_requests_total{server=\"blue\",class=\"2xx\"}"], read["carousel_requests_total{server=\"green\",class=\"2xx\"}"],
            read["carousel_client_requests_total"]));
        Assert.Equal((1, 10), (read["carousel_request_failures_total{reason=\"bad-host\"}"], read["carousel_session_cookies_minted_total"]));
        Assert.Equal((5, 5), (read["carousel_request_duration_seconds_count{server=\"blue\"}"], read["carousel_time_to_first_byte_seconds_bucket{server=\"blue\",le=\"+Inf\"}"]));
        Assert.Equal((1, 0, 0), (read["carousel_server_up{server=\"blue\"}"], read["carousel_in_flight{server=\"blue\"}"], read["carousel_server_draining{server=\"blue\"}"]));
        Assert.Equal(1, read.Single(pair => pair.Key.StartsWith("carousel_build_info", StringComparison.Ordinal)).Value);
        Assert.InRange(read["process_resident_memory_bytes"], 1e6, 1e9);
        Assert.True(read["carousel_worker_busy_seconds_total{worker=\"0\"}"] > 0);
    }

    [Fact]
    public async Task Metrics_Descriptors_AreTheProcesssAndItsRaisedLimit()
    {
        await using var server = ScriptedServer.Responding("hello");
        await using var balancer = await Balancer.StartAsync([server.Url], ["--admin", "127.0.0.1:0"], launcher: ["/usr/bin/prlimit", "--nofile=64:4096"]);
        Dictionary<string, double> read = await ReadAsync(balancer);
        Assert.Equal(4096, read["process_max_fds"]);
        Assert.InRange(read["process_open_fds"], 10, 1000);
    }

    [Fact]
    public async Task Metrics_ServerRemoved_IsDroppedAndTheSumStays()
    {
        await using var blue = ScriptedServer.Responding("hello");
        await using var green = ScriptedServer.Responding("hello");
        await using var balancer = await Balancer.StartAsync([$"{blue.Url} name=blue", $"{green.Url} name=green"], ["--admin", "127.0.0.1:0"]);
        for (int i = 0; i < 10; i++)
        {
            await balancer.GetAsync();
        }
        balancer.File.Write([$"{blue.Url} name=blue"]);
        balancer.Signal(Posix.SigHup);
        Dictionary<string, double> read = [];
        await Deadlines.UntilAsync(async () => !(read = await ReadAsync(balancer)).Keys.Any(key => key.Contains("green")), "green to be removed");
        Assert.Equal((5, 5), (read["carousel_requests_total{server=\"blue\",class=\"2xx\"}"], read["carousel_requests_total{server=\"(left)\",class=\"2xx\"}"]));
    }

    [Fact]
    public async Task Metrics_Text_PassesPromtool()
    {
        await using var server = ScriptedServer.Responding("hello");
        await using var balancer = await Balancer.StartAsync([$"{server.Url} name=blue", "http://127.0.0.1:1 name=dead"],
            ["--admin", "127.0.0.1:0", "--session", "shared", "--access-log", "/dev/null"]);
        for (int i = 0; i < 4; i++)
        {
            await balancer.GetAsync();
        }
        using HttpResponseMessage response = await Http.GetAsync(await UrlAsync(balancer), TestContext.Current.CancellationToken);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        (int code, string output) = await PromtoolAsync(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), "check", "metrics");
        Assert.Equal((0, ""), (code, output));
    }

    [Fact]
    public async Task Alerts_PassPromtool()
    {
        (int code, string output) = await PromtoolAsync("", "check", "rules", Path.Combine(Root(), "deploy/alerts.yaml"));
        Assert.True(code == 0, output);
    }

    private static string Root() => typeof(MetricsTests).Assembly.GetCustomAttributes(typeof(System.Reflection.AssemblyMetadataAttribute), false)
        .Cast<System.Reflection.AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    private static async Task<string> UrlAsync(Balancer balancer)
    {
        await Deadlines.UntilAsync(() => AdminPattern().IsMatch(balancer.Output), "the admin side");
        return AdminPattern().Match(balancer.Output).Groups[1].Value + "/metrics";
    }

    private static async Task<Dictionary<string, double>> ReadAsync(Balancer balancer)
    {
        string text = await Http.GetStringAsync(await UrlAsync(balancer));
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')
            .ToDictionary(line => line[..line.LastIndexOf(' ')], line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    private static async Task<(int Code, string Said)> PromtoolAsync(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("promtool", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process promtool = Process.Start(start)!;
        Task<string> output = promtool.StandardOutput.ReadToEndAsync(), errors = promtool.StandardError.ReadToEndAsync();
        await promtool.StandardInput.WriteAsync(input);
        promtool.StandardInput.Close();
        await Deadlines.WithinAsync(promtool.WaitForExitAsync(), "promtool");
        return (promtool.ExitCode, await output + await errors);
    }

    [GeneratedRegex(@"dashboard: (http://\S+)/\n")]
    private static partial Regex AdminPattern();
}

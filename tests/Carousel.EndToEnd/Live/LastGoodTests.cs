using System.Text.Json;
using Carousel.EndToEnd.CommandLine;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Live;

/// <summary>A balancer starts with the last good list while servers.txt is invalid (--last-good).</summary>
public sealed class LastGoodTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("carousel-last-good-");

    private string Data => Path.Combine(_folder.FullName, "data");

    private string Servers => Path.Combine(_folder.FullName, "servers.txt");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("http://127.0.0.1:80800\n", ":1:18: expected a port")]
    [InlineData(null, "no such file")]
    public async Task Start_FileIsBad_UsesTheLastGoodListUntilItIsGood(string? bad, string error)
    {
        await using var one = ScriptedServer.Responding("one");
        await using var two = ScriptedServer.Responding("two");
        File.WriteAllText(Servers, one.Url + "\n");
        await using (ChildProcess first = await StartAsync())
        {
            string kept = Path.Combine(Data, "carousel");
            await Deadlines.UntilAsync(() => Directory.Exists(kept) && Directory.GetFiles(kept, "last-good-*.txt").Length == 1, "the list to be kept");
            first.Signal(Posix.SigKill);
            await first.EndAsync();
        }
        File.Delete(Servers);
        if (bad is not null)
        {
            File.WriteAllText(Servers, bad);
        }

        await using ChildProcess second = await StartAsync();
        Assert.Contains(error, second.Errors);
        Assert.Contains($"{Servers} can't be used", second.Errors);
        Assert.Contains("starting with the last good list of 20", second.Errors);
        using RawClient client = await RawClient.ConnectAsync(Port(second, "listening on http"));
        Assert.Equal("one", (await client.GetAsync()).Text);
        Assert.Contains("no such file" == error ? "no such file" : "expected a port", (await PoolAsync(second)).GetProperty("listError").GetString());
        Assert.Contains("\ncarousel_servers_file_good 0\n", await AdminAsync(second, "/metrics"));

        File.WriteAllText(Servers + ".new", two.Url + "\n");
        File.Move(Servers + ".new", Servers, overwrite: true);
        await Deadlines.UntilAsync(async () => (await client.GetAsync()).Text == "two", "the good list to be used");
        Assert.Equal(JsonValueKind.Null, (await PoolAsync(second)).GetProperty("listError").ValueKind);
        Assert.Contains("\ncarousel_servers_file_good 1\n", await AdminAsync(second, "/metrics"));
    }

    [Fact]
    public async Task Start_FileIsBadAndLastGoodOff_IsRefused()
    {
        await using var one = ScriptedServer.Responding("one");
        File.WriteAllText(Servers, one.Url + "\n");
        string kept = Path.Combine(_folder.FullName, "kept.txt");
        await using (ChildProcess first = await StartAsync("--last-good", kept))
        {
            await Deadlines.UntilAsync(() => File.Exists(kept), "the list to be kept");
        }
        File.WriteAllText(Servers, "nonsense nonsense\n");

        Run run = await Run.ToEndAsync(_folder.FullName, "-f", Servers, "-p", "0", "--last-good", "off");
        Assert.Equal((2, false), (run.Code, run.Errors.Contains("last good")));
        // It is not used for another file.
        File.Move(Servers, Servers + ".other");
        run = await Run.ToEndAsync(_folder.FullName, "-f", Servers + ".other", "-p", "0", "--last-good", kept);
        Assert.Equal(2, run.Code);
        Assert.Contains($"no last good list to start with: {kept} belongs to another file, {Servers}", run.Errors);
    }

    [Fact]
    public async Task Start_LastGoodIsServersTxt_IsRefusedAndUnchanged()
    {
        File.WriteAllText(Servers, "http://127.0.0.1:1\n");
        Run run = await Run.ToEndAsync(_folder.FullName, "-f", Servers, "-p", "0", "--last-good", Servers);
        Assert.Equal(2, run.Code);
        Assert.Contains("was not written by carousel", run.Errors);
        Assert.Equal("http://127.0.0.1:1\n", File.ReadAllText(Servers));
    }

    private async Task<ChildProcess> StartAsync(params string[] options)
    {
        ChildProcess balancer = ChildProcess.Start("/", "/usr/bin/env", [$"XDG_DATA_HOME={Data}", Binary.Path, "-f", Servers, "-p", "0", "--bind", "127.0.0.1", "--workers", "1",
            "--session", "off", "--store", "none", "--admin", "127.0.0.1:0", "--slow-start", "0s", .. options]);
        await Deadlines.UntilAsync(() => balancer.HasExited || balancer.Output.Contains("Ctrl-C"), "the balancer to listen");
        Assert.False(balancer.HasExited, balancer.Errors);
        return balancer;
    }

    private static async Task<JsonElement> PoolAsync(ChildProcess balancer) => JsonDocument.Parse(await AdminAsync(balancer, "/api/v1/pool")).RootElement;

    private static async Task<string> AdminAsync(ChildProcess balancer, string path)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync($"http://127.0.0.1:{Port(balancer, "dashboard: http")}{path}", TestContext.Current.CancellationToken);
    }

    private static int Port(ChildProcess balancer, string before)
    {
        string line = balancer.Output.Split('\n').First(line => line.Contains(before, StringComparison.Ordinal));
        string rest = line[(line.IndexOf(before, StringComparison.Ordinal) + before.Length)..].Split(' ', ',')[0].TrimEnd('/');
        return int.Parse(rest[(rest.LastIndexOf(':') + 1)..], null);
    }
}

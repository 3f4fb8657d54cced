using Carousel.EndToEnd.Harness;
using Microsoft.Playwright;
using Xunit;

namespace Carousel.Browser;

/// <summary>Takes the README's screenshots of a balancer under load. Runs only if CAROUSEL_PICTURES names the output directory.</summary>
public class PictureTests(Chromium chromium)
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("CAROUSEL_PICTURES");

    private static readonly string[] Names = ["blue", "green", "red", "amber", "violet", "teal", "rose"];

    [Fact]
    public async Task Pictures_BalancerUnderLoad()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Folder), "CAROUSEL_PICTURES names no folder");
        int lastPort = FixedPort.Next();
        ScriptedServer[] servers = [.. Names.Select((name, i) => Server(name, i, i == Names.Length - 1 ? lastPort : 0))];
        string[] lines = [.. Names.Select((name, i) => $"{servers[i].Url} name={name}{(i == 1 ? " weight=3" : i == 3 ? " max=50" : "")}")];
        await using Dashboard dashboard = await Dashboard.LiveAsync(chromium, lines,
            ["--health", "on", "--health-interval", "500ms", "--slow-start", "30s", "--session", "shared"], Profile(ColorScheme.Light));
        await using IBrowserContext dark = await chromium.ProfileAsync(Profile(ColorScheme.Dark));
        IPage darkPage = await dark.NewPageAsync();
        await darkPage.GotoAsync(dashboard.Admin.ToString());
        var clients = new Crowd(dashboard.Balancer, 14);
        await dashboard.UntilAsync("document.documentElement.dataset.frame > 60", "some seconds");
        servers[^1].Crash();
        await dashboard.UntilStateAsync("rose", "down");
        await dashboard.UntilAsync("document.documentElement.dataset.frame > 140", "some more");
        servers[5].Crash();
        await dashboard.UntilStateAsync("teal", "down");
        await using var back = Server("rose", 6, lastPort);
        await dashboard.UntilStateAsync("rose", "slow-start");
        await dashboard.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Drain violet", Exact = true }).ClickAsync();
        await dashboard.UntilStateAsync("violet", "draining");
        await dashboard.UntilAsync("document.documentElement.dataset.frame > 230", "some more");
        await dashboard.Page.Mouse.MoveAsync(0, 0);
        Directory.CreateDirectory(Folder!);
        await dashboard.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder!, "dashboard-light.png"), FullPage = true });
        await darkPage.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder!, "dashboard-dark.png"), FullPage = true });
        await clients.EndAsync();
        foreach (ScriptedServer server in servers)
        {
            await server.DisposeAsync();
        }
    }

    private static BrowserNewContextOptions Profile(ColorScheme scheme) =>
        new() { ColorScheme = scheme, ViewportSize = new ViewportSize { Width = 1440, Height = 900 } };

    /// <summary>Responds with realistic delays: most short, some long.</summary>
    private static ScriptedServer Server(string name, int seed, int port) => ScriptedServer.Start(async connection =>
    {
        var random = new Random(seed);
        while (await connection.ReadRequestAsync() is not null)
        {
            double work = 2 + (seed * 1.5) - (6 * Math.Log(1 - random.NextDouble())) + (random.Next(200) == 0 ? 300 : 0);
            await Task.Delay(TimeSpan.FromMilliseconds(work));
            await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {name.Length}\r\n\r\n{name}");
        }
    }, port: port);

    /// <summary>Clients that keep their cookie for several requests.</summary>
    private sealed class Crowd
    {
        private readonly Balancer _balancer;
        private readonly Task _walks;
        private volatile bool _enough;

        public Crowd(Balancer balancer, int clients)
        {
            _balancer = balancer;
            _walks = Task.WhenAll(Enumerable.Range(0, clients).Select(WalkAsync));
        }

        public Task EndAsync()
        {
            _enough = true;
            return _walks;
        }

        private async Task WalkAsync(int seed)
        {
            var random = new Random(seed);
            while (!_enough)
            {
                using RawClient client = await _balancer.ConnectAsync();
                string cookie = "";
                for (int i = 0; i < 50 && !_enough; i++)
                {
                    Message response = await client.RequestAsync($"GET / HTTP/1.1\r\nHost: test\r\n{cookie}\r\n");
                    cookie = response["Set-Cookie"] is { } set ? $"Cookie: {set.Split(';')[0]}\r\n" : cookie;
                    await Task.Delay(random.Next(10, 60));
                }
            }
        }
    }
}

using Carousel.EndToEnd.Harness;
using Microsoft.Playwright;
using Xunit;

namespace Carousel.Browser;

/// <summary>The page shows the state of the balancer.</summary>
public class LiveTests(Chromium chromium)
{
    private static readonly string[] Probed = ["--health", "on", "--health-interval", "100ms"];

    [Fact]
    public async Task Page_AfterRequests_MatchesApiAndMetrics()
    {
        await using var blue = ScriptedServer.Responding("blue");
        await using var green = ScriptedServer.Responding("green");
        await using Dashboard dashboard = await Dashboard.LiveAsync(chromium, [$"{blue.Url} name=blue", $"{green.Url} name=green weight=3"]);
        using (RawClient client = await dashboard.Balancer.ConnectAsync())
        {
            for (int i = 0; i < 40; i++)
            {
                Assert.Equal(200, (await client.GetAsync()).Status);
            }
        }

        await dashboard.UntilCellAsync("blue", "requests", "10");
        await dashboard.UntilCellAsync("green", "requests", "30");
        await dashboard.UntilAsync("document.getElementById('requests').textContent === '40'", "all requests");
        await dashboard.UntilAsync("document.getElementById('responses').textContent === 'Responses: 2xx 40'", "the responses by class");
        var api = await dashboard.ServersAsync();
        Dictionary<string, double> metrics = await dashboard.MetricsAsync();
        Assert.Equal(40, metrics["carousel_client_requests_total"]);
        Assert.Equal((10, 30), (blue.Requests.Count, green.Requests.Count));
        foreach (string name in (string[])["blue", "green"])
        {
            Assert.Equal(api[name].GetProperty("weight").GetInt32().ToString(null as IFormatProvider), await dashboard.CellAsync(name, "weight"));
            Assert.Equal(Dashboard.Text(api[name].GetProperty("requests").GetInt64()), await dashboard.CellAsync(name, "requests"));
            Assert.Equal(Dashboard.Text((long)metrics[$"carousel_attempts_total{{server=\"{name}\"}}"]), await dashboard.CellAsync(name, "requests"));
            Assert.Equal(Dashboard.Text((long)metrics[$"carousel_in_flight{{server=\"{name}\"}}"]), await dashboard.CellAsync(name, "inFlight"));
            Assert.Equal(api[name].GetProperty("url").GetString(), await dashboard.Row(name).Locator(".url").InnerTextAsync());
            Assert.Equal(api[name].GetProperty("state").GetString(), await dashboard.Row(name).GetAttributeAsync("data-state"));
        }
    }

    [Fact]
    public async Task Server_CrashedAndRestarted_IsShownDownThenUp()
    {
        int port = FixedPort.Next();
        var blue = ScriptedServer.Responding("blue", port: port);
        await using var green = ScriptedServer.Responding("green");
        await using Dashboard dashboard = await Dashboard.LiveAsync(chromium, [$"{blue.Url} name=blue", $"{green.Url} name=green"], [.. Probed, "--eject", "off"]);
        await dashboard.UntilStateAsync("blue", "up");
        using var load = new Load(dashboard.Balancer, clients: 2);
        await load.UntilAsync(() => load.Responds("blue") > 0, "a response from blue");

        blue.Crash();
        await dashboard.UntilStateAsync("blue", "down");
        ILocator node = dashboard.Page.Locator("#ring-few .node", new PageLocatorOptions { HasText = "blue" });
        Assert.StartsWith("blue: down", await node.GetAttributeAsync("aria-label"));
        Assert.Contains("1 up, 1 down", await dashboard.Page.InnerTextAsync("#ring-summary"));
        ILocator first = dashboard.Page.Locator("#events li", new PageLocatorOptions { HasText = "blue is down: connect-refused (3 probes)" });
        await first.First.WaitForAsync();
        // Requests failed before the probes did: failed attempts, but no failed request.
        await dashboard.UntilAsync("document.querySelector('[data-reason=connect-refused]')?.children[1].textContent === '0'", "failed attempts and no failed request");

        Assert.Equal(0, (await dashboard.MetricsAsync())["carousel_server_up{server=\"blue\"}"]);
        await Deadlines.UntilAsync(
            async () => $"{(await dashboard.MetricsAsync())["carousel_attempt_failures_total{server=\"blue\",reason=\"connect-refused\"}"]}"
                == (await dashboard.Page.InnerTextAsync("[data-reason=connect-refused] td:nth-child(3)")).Replace(",", "", StringComparison.Ordinal), "page and metrics to agree on the failures");

        await using var again = ScriptedServer.Responding("blue", port: port);
        await dashboard.UntilStateAsync("blue", "up");
        await dashboard.Page.Locator("#events li", new PageLocatorOptions { HasText = "blue is up again" }).First.WaitForAsync();
        await load.EndAsync();
        await blue.DisposeAsync();
    }

    [Fact]
    public async Task Ring_WithTraffic_RotatesUntilPaused()
    {
        await using var blue = ScriptedServer.Responding("blue");
        await using Dashboard dashboard = await Dashboard.LiveAsync(chromium, [$"{blue.Url} name=blue"]);
        const string animation = "document.querySelector('#rim svg').getAnimations()[0].playState";
        Assert.Equal("paused", await dashboard.Page.EvaluateAsync<string>(animation));
        using var load = new Load(dashboard.Balancer, clients: 1);
        await dashboard.UntilAsync($"{animation} === 'running'", "the ring to rotate");

        await dashboard.Page.ClickAsync("#rotation");
        await dashboard.UntilAsync($"{animation} === 'paused'", "the animation to pause");
        Assert.Equal("true", await dashboard.Page.GetAttributeAsync("#rotation", "aria-pressed"));
        await load.EndAsync();
    }

    [Fact]
    public async Task Ring_ReducedMotion_IsPaused()
    {
        await using var blue = ScriptedServer.Responding("blue");
        await using Dashboard dashboard = await Dashboard.LiveAsync(chromium, [$"{blue.Url} name=blue"],
            profile: new BrowserNewContextOptions { ReducedMotion = ReducedMotion.Reduce });
        using var load = new Load(dashboard.Balancer, clients: 1);
        await dashboard.UntilAsync("document.getElementById('hub-rate').textContent.length > 1 && document.documentElement.dataset.frame > 10", "traffic");
        Assert.Equal("paused", await dashboard.Page.EvaluateAsync<string>("document.querySelector('#rim svg').getAnimations()[0].playState"));
        await load.EndAsync();
    }

    [Fact]
    public async Task Balancer_Stopped_PageIsDisconnected()
    {
        await using var blue = ScriptedServer.Responding("blue");
        await using Dashboard dashboard = await Dashboard.LiveAsync(chromium, [$"{blue.Url} name=blue"]);
        Assert.Equal(0, await dashboard.Balancer.StopAsync());
        await dashboard.UntilAsync("document.getElementById('link').dataset.link === 'lost'", "the page to notice");
    }

    /// <summary>A thousand servers: one server on a thousand loopback addresses.</summary>
    [Fact]
    public async Task Servers_Thousand_FramesContinueAndTableIsFiltered()
    {
        await using var all = ScriptedServer.Responding("one", System.Net.IPAddress.Any);
        string[] lines = [.. Enumerable.Range(0, 1000).Select(i => $"http://127.0.{i / 250}.{1 + (i % 250)}:{all.Port} name=server-{i}")];
        await using Dashboard dashboard = await Dashboard.LiveAsync(chromium, lines);
        using var load = new Load(dashboard.Balancer, clients: 2);
        Assert.Contains("1,000 servers", await dashboard.Page.InnerTextAsync("#ring-summary"));
        Assert.True(await dashboard.Page.Locator("#ring-many").IsVisibleAsync());
        Assert.Equal(50, await dashboard.Page.Locator("#rows tr").CountAsync());

        // A long task blocks the page for five frames. A busy machine may cause a few, but not one per frame.
        await dashboard.Page.EvaluateAsync("""
            () => { window.blocked = 0; new PerformanceObserver((list) => { window.blocked += list.getEntries().filter((one) => one.duration > 1000).length; })
                .observe({ type: 'longtask' }); window.from = Number(document.documentElement.dataset.frame); }
            """);
        await dashboard.UntilAsync("document.documentElement.dataset.frame > window.from + 25", "25 more frames");
        Assert.InRange(await dashboard.Page.EvaluateAsync<int>("window.blocked"), 0, 5);

        await dashboard.Page.FillAsync("#filter", "server-777");
        await dashboard.UntilAsync("document.querySelectorAll('#rows tr').length === 1", "one row");
        Assert.Equal("server-777", await dashboard.Page.InnerTextAsync("#rows .name"));
        await dashboard.Page.FillAsync("#filter", "");
        await dashboard.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Server", Exact = true }).ClickAsync();
        await dashboard.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Server", Exact = true }).ClickAsync();
        await dashboard.UntilAsync("document.querySelector('#rows .name').textContent === 'server-999'", "the last by name first");
        Assert.Equal("descending", await dashboard.Page.Locator("th", new PageLocatorOptions { HasText = "Server" }).GetAttributeAsync("aria-sort"));
        await load.EndAsync();
    }
}

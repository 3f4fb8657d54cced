using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Carousel.EndToEnd.Harness;
using Microsoft.Playwright;
using Xunit;

namespace Carousel.Browser;

/// <summary>A balancer with its admin server, and its dashboard in a browser. Page errors and requests to other hosts fail the test.</summary>
internal sealed partial class Dashboard : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly IBrowserContext _profile;
    private readonly HttpClient _api = new();

    private Dashboard(Balancer balancer, IBrowserContext profile, IPage page, Uri admin)
    {
        (Balancer, _profile, Page, Admin) = (balancer, profile, page, admin);
        page.PageError += (_, error) => _errors.Enqueue(error);
        page.Console += (_, message) =>
        {
            // Error responses are console messages, too: some tests expect them.
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                _errors.Enqueue(message.Text);
            }
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(admin.ToString(), StringComparison.Ordinal))
            {
                _errors.Enqueue($"request to {request.Url}");
            }
        };
    }

    public Balancer Balancer { get; }

    public IPage Page { get; }

    public Uri Admin { get; }

    /// <summary>Opens the dashboard of a balancer with these lines of servers.txt.</summary>
    public static async Task<Dashboard> OpenAsync(Chromium chromium, string[] lines, string[]? options = null, BrowserNewContextOptions? profile = null)
    {
        Balancer balancer = await Balancer.StartAsync(lines, ["--admin", "127.0.0.1:0", .. options ?? []]);
        try
        {
            Match match = Match.Empty;
            await Deadlines.UntilAsync(() => (match = AdminAddress().Match(balancer.Output + balancer.Errors)).Success, "the admin side's address");
            IBrowserContext context = await chromium.ProfileAsync(profile);
            var dashboard = new Dashboard(balancer, context, await context.NewPageAsync(), new Uri($"http://127.0.0.1:{match.Groups["port"].Value}/"));
            await dashboard.Page.GotoAsync(dashboard.Admin.ToString());
            return dashboard;
        }
        catch
        {
            await balancer.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same, and waits until it is live.</summary>
    public static async Task<Dashboard> LiveAsync(Chromium chromium, string[] lines, string[]? options = null, BrowserNewContextOptions? profile = null)
    {
        Dashboard dashboard = await OpenAsync(chromium, lines, options, profile);
        try
        {
            await dashboard.UntilLiveAsync();
            return dashboard;
        }
        catch
        {
            await dashboard.CloseAsync();
            throw;
        }
    }

    public Task UntilLiveAsync() => UntilAsync("document.documentElement.dataset.frame > 0 && document.querySelectorAll('#rows tr').length > 0", "frames");

    /// <summary>Waits until this expression is true in the page.</summary>
    public Task UntilAsync(string expression, string what) =>
        Deadlines.UntilAsync(() => Page.EvaluateAsync<bool>($"Boolean({expression})"), $"{what}: {expression}; the page said:\n{string.Join('\n', _errors)}\nthe balancer said:\n{Balancer.Errors}");

    /// <summary>A server's row in the table.</summary>
    public ILocator Row(string name) => Page.Locator("#rows tr", new PageLocatorOptions { Has = Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true }) });

    /// <summary>An element gets this text: what an act leads to appears when its response has arrived.</summary>
    public Task UntilTextAsync(string selector, string text) =>
        Deadlines.UntilAsync(async () => (await Page.InnerTextAsync(selector)).StartsWith(text, StringComparison.Ordinal), $"{selector} to be \"{text}\"");

    /// <summary>A cell of a server's row.</summary>
    public Task<string> CellAsync(string name, string field) => Row(name).Locator($"[data-field={field}]").InnerTextAsync();

    public Task UntilStateAsync(string name, string state) =>
        Deadlines.UntilAsync(async () => await Row(name).GetAttributeAsync("data-state") == state, $"{name} to be {state}; the balancer said:\n{Balancer.Errors}");

    public Task UntilCellAsync(string name, string field, string text) =>
        Deadlines.UntilAsync(async () => await CellAsync(name, field) == text, $"{field} of {name} to be \"{text}\"");

    /// <summary>All servers as the API reports them, by name.</summary>
    public async Task<Dictionary<string, JsonElement>> ServersAsync(string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Admin, "api/v1/servers"));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await _api.SendAsync(request);
        response.EnsureSuccessStatusCode();
        JsonElement list = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        JsonElement servers = list.ValueKind == JsonValueKind.Array ? list : list.GetProperty("servers");
        return servers.EnumerateArray().ToDictionary(server => server.GetProperty("name").GetString()!);
    }

    /// <summary>The values of /metrics, by series name and labels.</summary>
    public async Task<Dictionary<string, double>> MetricsAsync()
    {
        string text = await _api.GetStringAsync(new Uri(Admin, "metrics"));
        return text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' '))
            .ToDictionary(parts => string.Join(' ', parts[..^1]), parts => double.Parse(parts[^1], CultureInfo.InvariantCulture));
    }

    /// <summary>A number as formatted by the page.</summary>
    public static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Assert.Empty(_errors);
    }

    private async Task CloseAsync()
    {
        await _profile.CloseAsync();
        _api.Dispose();
        await Balancer.DisposeAsync();
    }

    [GeneratedRegex(@"(admin|dashboard)\D*?http://127\.0\.0\.1:(?<port>\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex AdminAddress();
}

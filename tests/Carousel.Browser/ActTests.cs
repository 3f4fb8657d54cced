using Carousel.EndToEnd.Harness;
using Microsoft.Playwright;
using Xunit;

namespace Carousel.Browser;

/// <summary>Actions on the page take effect.</summary>
public class ActTests(Chromium chromium)
{
    [Fact]
    public async Task Drain_RowButton_DrainsAndUndrains()
    {
        await using var blue = ScriptedServer.Responding("blue");
        await using var green = ScriptedServer.Responding("green");
        await using Dashboard dashboard = await Dashboard.LiveAsync(chromium, [$"{blue.Url} name=blue", $"{green.Url} name=green"]);

        await dashboard.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Drain blue", Exact = true }).ClickAsync();
        await dashboard.UntilStateAsync("blue", "draining");
        await dashboard.UntilTextAsync("#notice", "blue is draining: no new sessions.");
        Assert.Equal("draining", (await dashboard.ServersAsync())["blue"].GetProperty("state").GetString());
        Assert.Equal(["green", "green"], await RequestAsync(dashboard, 2));

        await dashboard.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Undrain blue", Exact = true }).ClickAsync();
        await dashboard.UntilStateAsync("blue", "up");
        Assert.Equal(["blue", "green"], (await RequestAsync(dashboard, 2)).Order());
    }

    [Fact]
    public async Task Drain_LastAvailableServer_NeedsConfirmation()
    {
        await using var blue = ScriptedServer.Responding("blue");
        await using Dashboard dashboard = await Dashboard.LiveAsync(chromium, [$"{blue.Url} name=blue"]);
        ILocator button = dashboard.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Drain blue", Exact = true });

        await button.ClickAsync();
        await dashboard.UntilTextAsync("#sure-title", "Drain blue?");
        await dashboard.Page.ClickAsync("#sure-dialog [value=no]");
        await dashboard.UntilTextAsync("#notice", "Failed: blue is the last server that accepts requests");
        Assert.False((await dashboard.ServersAsync())["blue"].GetProperty("drain").GetBoolean());

        await button.ClickAsync();
        await dashboard.Page.ClickAsync("#sure-dialog [value=yes]");
        await dashboard.UntilStateAsync("blue", "draining");
    }

    /// <summary>Keyboard only: the ring is one Tab stop, arrow keys move between servers, Enter opens a server, Escape closes it.</summary>
    [Fact]
    public async Task Weight_KeyboardOnly_IsSet()
    {
        await using var blue = ScriptedServer.Responding("blue");
        await using var green = ScriptedServer.Responding("green");
        await using Dashboard dashboard = await Dashboard.LiveAsync(chromium, [$"{blue.Url} name=blue", $"{green.Url} name=green"]);
        IKeyboard keys = dashboard.Page.Keyboard;
        await UntilFocusAsync(dashboard, "document.activeElement.matches('#ring-few .node')");
        Assert.StartsWith("blue: up", await FocusedAsync(dashboard));
        await keys.PressAsync("ArrowRight");
        Assert.StartsWith("green: up", await FocusedAsync(dashboard));
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("ArrowLeft");
        await keys.PressAsync("Enter");
        Assert.Equal("green", await dashboard.Page.EvaluateAsync<string>("document.activeElement.textContent"));

        await UntilFocusAsync(dashboard, "document.activeElement.id === 'weight'");
        await keys.PressAsync("Control+A");
        await keys.TypeAsync("3");
        await keys.PressAsync("Enter");
        await dashboard.UntilCellAsync("green", "weight", "3");
        Assert.Equal(3, (await dashboard.ServersAsync())["green"].GetProperty("weight").GetInt32());
        await dashboard.UntilTextAsync("#notice", "green has weight 3.");

        await keys.PressAsync("Escape");
        Assert.True(await dashboard.Page.Locator("#chosen").IsHiddenAsync());
        Assert.StartsWith("green: up", await FocusedAsync(dashboard));
    }

    [Fact]
    public async Task Remove_Confirmed_RemovesServer()
    {
        await using var blue = ScriptedServer.Responding("blue");
        await using var green = ScriptedServer.Responding("green");
        await using Dashboard dashboard = await Dashboard.LiveAsync(chromium, [$"{blue.Url} name=blue", $"{green.Url} name=green"]);
        await dashboard.Row("green").Locator(".name").ClickAsync();
        await dashboard.Page.ClickAsync("#chosen-remove");
        await dashboard.Page.ClickAsync("#sure-dialog [value=no]");
        await dashboard.Page.ClickAsync("#chosen-remove");
        Assert.Equal(2, (await dashboard.ServersAsync()).Count);
        await dashboard.Page.ClickAsync("#sure-dialog [value=yes]");
        await dashboard.UntilAsync("document.querySelectorAll('#rows tr').length === 1", "green to be removed");
        await dashboard.Page.Locator("#events li", new PageLocatorOptions { HasText = "green removed" }).First.WaitForAsync();
        Assert.True(await dashboard.Page.Locator("#chosen").IsHiddenAsync());
    }

    [Fact]
    public async Task Token_Required_PromptsOnceAndKeepsItForTheTab()
    {
        const string token = "a-token-for-this-test-only";
        await using var blue = ScriptedServer.Responding("blue");
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, token + "\n", TestContext.Current.CancellationToken);
            await using Dashboard dashboard = await Dashboard.OpenAsync(chromium, [$"{blue.Url} name=blue"], ["--admin-token-file", file]);
            await dashboard.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Token required" }).WaitForAsync();
            await dashboard.Page.FillAsync("#token", "a-wrong-one");
            await dashboard.Page.Keyboard.PressAsync("Enter");
            await dashboard.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Wrong token" }).WaitForAsync();
            await dashboard.Page.FillAsync("#token", token);
            await dashboard.Page.Keyboard.PressAsync("Enter");
            await dashboard.UntilLiveAsync();

            await dashboard.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Drain blue", Exact = true }).ClickAsync();
            await dashboard.Page.ClickAsync("#sure-dialog [value=yes]");
            await dashboard.UntilStateAsync("blue", "draining");
            Assert.True((await dashboard.ServersAsync(token))["blue"].GetProperty("state").GetString() == "draining");
            Assert.False(await dashboard.Page.EvaluateAsync<bool>("Object.values(localStorage).length > 0 || document.cookie !== ''"));
            IPage another = await dashboard.Page.Context.NewPageAsync();
            await another.GotoAsync(dashboard.Admin.ToString());
            await another.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Token required" }).WaitForAsync();
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<string[]> RequestAsync(Dashboard dashboard, int count)
    {
        using RawClient client = await dashboard.Balancer.ConnectAsync();
        var responses = new List<string>();
        for (int i = 0; i < count; i++)
        {
            responses.Add((await client.GetAsync()).Text);
        }
        return [.. responses];
    }

    private static Task<string> FocusedAsync(Dashboard dashboard) => dashboard.Page.EvaluateAsync<string>("document.activeElement.getAttribute('aria-label') ?? ''");

    /// <summary>Presses Tab until the condition is true, at most 30 times.</summary>
    private static async Task UntilFocusAsync(Dashboard dashboard, string condition)
    {
        for (int i = 0; i < 30; i++)
        {
            await dashboard.Page.Keyboard.PressAsync("Tab");
            if (await dashboard.Page.EvaluateAsync<bool>(condition))
            {
                return;
            }
        }
        Assert.Fail($"no Tab stop satisfies {condition}");
    }
}

using System.Net;
using Carousel.EndToEnd.Harness;
using Microsoft.AspNetCore.Http.Connections;
using Xunit;

namespace Carousel.EndToEnd.AspNetCore;

/// <summary>SignalR through the balancer: what keeps a client on the server that it negotiated with.</summary>
[Collection<SharedShopsCollection>]
public class HubTests(SharedShops shared)
{
    /// <summary>Every message reaches all clients of both servers, including those of other tests.</summary>
    private readonly string _hello = $"hello {Guid.NewGuid()}";

    public static TheoryData<HttpTransportType> Transports => [HttpTransportType.WebSockets, HttpTransportType.ServerSentEvents, HttpTransportType.LongPolling];

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Sticky_LoggedInByCookie_MessagesReachClientsOfBothServers(HttpTransportType transport)
    {
        await using Balancer balancer = await shared.Shops.BalanceAsync("--session", "sticky");
        using var ada = new Browser(balancer);
        using var bob = new Browser(balancer);
        await ada.LogInAsync("ada");
        await bob.LogInAsync("bob");

        await using ChatClient ofAda = await ChatClient.StartAsync(balancer, ada.Cookies, transport);
        await using ChatClient ofBob = await ChatClient.StartAsync(balancer, bob.Cookies, transport);

        Assert.Equal((await ada.RequestAsync()).Server, await ofAda.ServerAsync());
        Assert.Equal((await bob.RequestAsync()).Server, await ofBob.ServerAsync());
        Assert.NotEqual(await ofAda.ServerAsync(), await ofBob.ServerAsync());
        await ofAda.SendMessageAsync(_hello);
        await ofBob.ReceivedAsync($"ada: {_hello}");
        await ofBob.SendMessageAsync(_hello);
        await ofAda.ReceivedAsync($"bob: {_hello}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Jwt_WithoutNegotiation_NeedsNeitherCookieNorSticky(bool isInQuery)
    {
        await using Balancer balancer = await shared.Shops.BalanceAsync("--session", "shared");
        string token = await TokenAsync(balancer);

        await using ChatClient first = await ChatClient.StartWithoutNegotiationAsync(balancer, token, isInQuery);
        await using ChatClient second = await ChatClient.StartWithoutNegotiationAsync(balancer, token, isInQuery);

        Assert.NotEqual(await first.ServerAsync(), await second.ServerAsync());
        await first.SendMessageAsync(_hello);
        await second.ReceivedAsync($"ada: {_hello}");
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Jwt_StatelessOff_GetsTheCookieAndIsSticky(HttpTransportType transport)
    {
        await using Balancer balancer = await shared.Shops.BalanceAsync("--session", "sticky", "--session-stateless", "off");
        string token = await TokenAsync(balancer);
        await using ChatClient client = await ChatClient.StartAsync(balancer, new CookieContainer(), transport, token);
        await client.SendMessageAsync(_hello);
        await client.ReceivedAsync($"ada: {_hello}");
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Jwt_AfterAPageWithTheCookie_IsSticky(HttpTransportType transport)
    {
        await using Balancer balancer = await shared.Shops.BalanceAsync("--session", "sticky");
        string token = await TokenAsync(balancer);
        using var browser = new Browser(balancer);
        Visit page = await browser.RequestAsync();
        await using ChatClient client = await ChatClient.StartAsync(balancer, browser.Cookies, transport, token);
        Assert.Equal(page.Server, await client.ServerAsync());
        await client.SendMessageAsync(_hello);
        await client.ReceivedAsync($"ada: {_hello}");
    }

    [Fact]
    public async Task Jwt_NegotiatesWithoutACookie_ReachesTheOtherServer()
    {
        await using Balancer balancer = await shared.Shops.BalanceAsync("--session", "sticky");
        string token = await TokenAsync(balancer);
        AggregateException error = await Assert.ThrowsAsync<AggregateException>(
            () => ChatClient.StartAsync(balancer, new CookieContainer(), HttpTransportType.LongPolling, token));
        Assert.Contains("LongPolling failed: Response status code does not indicate success: 404", error.Message);
    }

    [Fact]
    public async Task Hub_WithoutCredentials_IsRefused()
    {
        await using Balancer balancer = await shared.Shops.BalanceAsync("--session", "sticky");
        using var client = new HttpClient { BaseAddress = balancer.Url };
        using HttpResponseMessage response = await client.PostAsync("/chat/negotiate?negotiateVersion=1", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    private static async Task<string> TokenAsync(Balancer balancer)
    {
        using var ada = new Browser(balancer);
        await ada.LogInAsync("ada");
        return await ada.TokenAsync();
    }
}

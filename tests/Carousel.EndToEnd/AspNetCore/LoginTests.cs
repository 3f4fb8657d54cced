using System.Net;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.AspNetCore;

/// <summary>ASP.NET Core's own sessions, cookies and antiforgery tokens, with keys and data in the store (docs/ASPNETCORE.md).</summary>
public class LoginTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Login_ServersAlternateAndAreKilled_IsKept(bool isEmbedded)
    {
        await using Shops shops = isEmbedded ? Shops.OfEmbeddedStore() : await Shops.StartAsync();
        await using Balancer balancer = await shops.BalanceAsync("--session", "shared");
        if (isEmbedded)
        {
            await shops.StartServersAsync();
        }
        using var ada = new Browser(balancer);
        using var bob = new Browser(balancer);
        // One server renders the form, the other receives it; its antiforgery check accepts the token.
        await ada.LogInAsync("ada");
        await bob.LogInAsync("bob");
        Assert.Equal(HttpStatusCode.BadRequest, await bob.ForgeLoginAsync("ada"));
        Assert.Equal(HttpStatusCode.BadRequest, await bob.ForgeLoginAsync("ada"));
        int visits = 0;

        int[] both = await RequestAsync(4);
        Assert.Equal(shops.Servers.Select(server => server.Port).Order(), both.Distinct().Order());
        foreach (Shop server in shops.Servers)
        {
            await server.KillAsync();
            Assert.All(await RequestAsync(4), port => Assert.Equal(shops.OtherThan(server.Port).Port, port));
            await server.StartAsync();
        }
        await Deadlines.UntilAsync(async () => (await RequestAsync(2)).Distinct().Count() == 2, "both servers to get requests again");
        Visit first = await bob.RequestAsync();
        Assert.Equal(("bob", 1), (first.Name, first.Visits));

        async Task<int[]> RequestAsync(int times)
        {
            var servers = new int[times];
            for (int i = 0; i < times; i++)
            {
                Visit visit = await ada.RequestAsync();
                visits++;
                Assert.Equal(("ada", visits), (visit.Name, visit.Visits));
                servers[i] = visit.Server;
            }
            return servers;
        }
    }
}

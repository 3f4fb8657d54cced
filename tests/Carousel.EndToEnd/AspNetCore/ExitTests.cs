using Carousel.EndToEnd.Harness;
using Microsoft.AspNetCore.Http.Connections;
using Xunit;

namespace Carousel.EndToEnd.AspNetCore;

/// <summary>The order in which a server of ASP.NET Core leaves: by its health check first, by its port last.</summary>
public class ExitTests
{
    [Fact]
    public async Task Sigterm_WhileItIsUsed_NoRequestFailsAndItsClientsGoOnAtTheOther()
    {
        await using Shops shops = await Shops.StartAsync();
        // On a busy machine a good probe may take longer than the second that it has by default.
        await using Balancer balancer = await shops.BalanceAsync("--session", "sticky", "--health", "on", "--health-path", "/healthz", "--health-timeout", "20s");
        await BothServeAsync(balancer);
        using var ada = new Browser(balancer);
        await ada.LogInAsync("ada");
        await using ChatClient chat = await ChatClient.StartAsync(balancer, ada.Cookies, HttpTransportType.WebSockets);
        int own = (await ada.RequestAsync()).Server;
        int other = shops.OtherThan(own).Port;
        Shop leaving = shops.OtherThan(other);

        leaving.Signal(Posix.SigTerm);
        Task<int> exit = leaving.ExitAsync();
        do
        {
            // There is a POST in it, which is never sent twice.
            await ada.LogInAsync("ada");
            Assert.Equal("ada", (await ada.RequestAsync()).Name);
        }
        while (!exit.IsCompleted);

        Assert.Equal(0, await exit);
        Assert.Equal(other, (await ada.RequestAsync()).Server);
        await chat.ReconnectsToAsync(other);
        await chat.SayAsync("still here");
        await chat.HearsAsync("ada: still here");
    }
    private static async Task BothServeAsync(Balancer balancer)
    {
        var seen = new HashSet<string>();
        await Patience.UntilAsync(
            async () =>
            {
                Message response = await balancer.GetAsync();
                if (response.Status == 200)
                {
                    seen.Add(response.Text.Split("\"server\":")[1]);
                }
                return seen.Count == 2;
            },
            "both servers to be found up");
    }
}

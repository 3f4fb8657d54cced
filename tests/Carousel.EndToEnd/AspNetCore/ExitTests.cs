using Carousel.EndToEnd.Harness;
using Microsoft.AspNetCore.Http.Connections;
using Xunit;

namespace Carousel.EndToEnd.AspNetCore;

/// <summary>The shutdown order of an ASP.NET Core server: its health check fails first, its port closes last.</summary>
public class ExitTests
{
    [Fact]
    public async Task Sigterm_UnderLoad_NoRequestFailsAndClientsMoveToTheOther()
    {
        await using Shops shops = await Shops.StartAsync();
        // On a busy machine a successful probe may exceed its default timeout of one second.
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
            // Includes a POST, which is never retried.
            await ada.LogInAsync("ada");
            Assert.Equal("ada", (await ada.RequestAsync()).Name);
        }
        while (!exit.IsCompleted);

        Assert.Equal(0, await exit);
        Assert.Equal(other, (await ada.RequestAsync()).Server);
        await chat.ReconnectsToAsync(other);
        await chat.SendMessageAsync("still here");
        await chat.ReceivedAsync("ada: still here");
    }
    private static async Task BothServeAsync(Balancer balancer)
    {
        var seen = new HashSet<string>();
        await Deadlines.UntilAsync(
            async () =>
            {
                Message response = await balancer.GetAsync();
                if (response.Status == 200)
                {
                    seen.Add(response.Text.Split("\"server\":")[1]);
                }
                return seen.Count == 2;
            },
            "both servers to be up");
    }
}

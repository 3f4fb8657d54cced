using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Sessions;
using Xunit;

namespace Carousel.EndToEnd.Health;

/// <summary>Sticky sessions whose server is down by its probes.</summary>
public class StickyTests
{
    [Fact]
    public async Task Server_IsDown_SessionMovesOnceAndIdleSessionReturns()
    {
        int port = FixedPort.Next();
        await using var one = Echo.Server("one", port);
        await using var two = Echo.Server("two");
        await using var balancer = await Probed.StartAsync([one, two], "--session", "sticky");
        SessionClient[] clients = await OfServerOneAsync(balancer, 2);
        one.Crash();
        await balancer.UntilServerLoggedAsync(one.Url, "is down: connect-refused (3 probes)");

        Message response = await clients[0].GetAsync();
        Assert.Equal(("two", clients[0].Id, "server-down"), (Echo.Name(response), Echo.Id(response), Echo.Moved(response)));
        response = await clients[0].GetAsync();
        Assert.Equal(("two", "-"), (Echo.Name(response), Echo.Moved(response)));

        await using var back = Echo.Server("back", port);
        await balancer.UntilServerLoggedAsync(one.Url, "is up again after ");
        Assert.Equal(("two", "back"), (Echo.Name(await clients[0].GetAsync()), Echo.Name(await clients[1].GetAsync())));
        Assert.Equal((2, 1), (clients[0].Given, clients[1].Given));
        Array.ForEach(clients, client => client.Dispose());
    }

    private static async Task<SessionClient[]> OfServerOneAsync(Balancer balancer, int count)
    {
        var found = new List<SessionClient>();
        await Deadlines.UntilAsync(async () =>
        {
            var client = new SessionClient(balancer);
            if (Echo.Name(await client.GetAsync()) == "one")
            {
                found.Add(client);
            }
            else
            {
                client.Dispose();
            }
            return found.Count == count;
        }, $"{count} clients of server one");
        return [.. found];
    }
}

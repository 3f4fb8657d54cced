using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Sessions;
using Xunit;

namespace Carousel.EndToEnd.Health;

/// <summary>Visitors whose server is found down by probes.</summary>
public class StickyTests
{
    [Fact]
    public async Task Server_IsDown_VisitorMovesAndIsToldAndAnAbsentOneFindsItAgain()
    {
        int port = FixedPort.Next();
        await using var one = Echo.Server("one", port);
        await using var two = Echo.Server("two");
        await using var balancer = await Probed.StartAsync([one, two], "--session", "sticky");
        Visitor[] visitors = await OfServerOneAsync(balancer, 2);
        one.Crash();
        await balancer.UntilSaidAsync(one.Url, "is down: connect-refused (3 probes)");

        Message response = await visitors[0].GetAsync();
        Assert.Equal(("two", visitors[0].Id, "server-down"), (Echo.Name(response), Echo.Id(response), Echo.Moved(response)));
        response = await visitors[0].GetAsync();
        Assert.Equal(("two", "-"), (Echo.Name(response), Echo.Moved(response)));

        await using var back = Echo.Server("back", port);
        await balancer.UntilSaidAsync(one.Url, "is up again after ");
        Assert.Equal(("two", "back"), (Echo.Name(await visitors[0].GetAsync()), Echo.Name(await visitors[1].GetAsync())));
        Assert.Equal((2, 1), (visitors[0].Given, visitors[1].Given));
        Array.ForEach(visitors, visitor => visitor.Dispose());
    }

    private static async Task<Visitor[]> OfServerOneAsync(Balancer balancer, int count)
    {
        var found = new List<Visitor>();
        await Patience.UntilAsync(async () =>
        {
            var visitor = new Visitor(balancer);
            if (Echo.Name(await visitor.GetAsync()) == "one")
            {
                found.Add(visitor);
            }
            else
            {
                visitor.Dispose();
            }
            return found.Count == count;
        }, $"{count} visitors of server one");
        return [.. found];
    }
}

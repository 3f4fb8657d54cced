using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Retry;

/// <summary>Real servers under load, one of which is killed and comes back.</summary>
public class KilledServerTests
{
    private const int Clients = 8;

    /// <summary>
    /// A request that dies on a kept connection is sent again; one on a fresh connection is not (it may have been served), so the balancer first gets
    /// as many connections to the server that will die as there are clients.
    /// </summary>
    [Fact]
    public async Task OneOfThreeNginx_KilledAndBackUnderLoad_NoGetFails()
    {
        await using var one = await Nginx.StartAsync("one");
        await using var two = await Nginx.StartAsync("two");
        await using var three = await Nginx.StartAsync("three");
        await using var balancer = await Balancer.StartAsync([one.Url, two.Url, three.Url], ["--workers", "1"]);
        using (var warmUp = new Load(balancer, Clients * 8))
        {
            await warmUp.UntilAsync(() => two.Connections >= Clients, "the balancer to keep a connection for each client");
            await warmUp.EndAsync();
        }

        using var load = new Load(balancer, Clients);
        await load.UntilAsync(() => load.Answers("two") > 300, "load");
        await two.KillAsync();
        int atKill = load.Answers("one");
        await load.UntilAsync(() => load.Answers("one") > atKill + 500, "load while one server is down");
        int beforeReturn = load.Answers("two");
        await two.StartAsync();
        await load.UntilAsync(() => load.Answers("two") > beforeReturn + 200, "the server that came back to be used");
        await load.EndAsync();
    }

    [Fact]
    public async Task Nginx_BehindABalancerJustStarted_AnswersTheFirstRequest()
    {
        await using var nginx = await Nginx.StartAsync("real");
        await using var balancer = await Balancer.StartAsync([nginx.Url], []);
        Message answer = await balancer.GetAsync();
        Assert.Equal(200, answer.Status);
        Assert.Equal("real", answer.Text);
    }

    [Fact]
    public async Task HttpClient_ThroughBalancerToNginx_IsServed()
    {
        await using var nginx = await Nginx.StartAsync("real");
        await using var balancer = await Balancer.StartAsync([nginx.Url], []);
        using var client = new HttpClient { BaseAddress = balancer.Url };
        string[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.GetStringAsync("/", TestContext.Current.CancellationToken)));
        Assert.All(answers, answer => Assert.Equal("real", answer));
    }
}

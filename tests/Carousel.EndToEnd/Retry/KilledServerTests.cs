using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Retry;

/// <summary>Real servers under load, one of which is killed and comes back.</summary>
public class KilledServerTests
{
    private const int Clients = 8;

    [Fact]
    public async Task OneOfThreeNginx_KilledAndBackUnderLoad_NoGetFails()
    {
        await using var one = await Nginx.StartAsync("one");
        await using var two = await Nginx.StartAsync("two");
        await using var three = await Nginx.StartAsync("three");
        await using var balancer = await Balancer.StartAsync([one.Url, two.Url, three.Url], ["--workers", "2"]);
        int served = 0;
        int servedByTwo = 0;
        bool enough = false;
        Task[] load = [.. Enumerable.Range(0, Clients).Select(async _ =>
        {
            using var client = await balancer.ConnectAsync();
            while (!enough)
            {
                Message answer = await client.GetAsync();
                Assert.True(answer.Status == 200, $"{answer}\n{balancer.Errors}");
                Interlocked.Increment(ref served);
                Interlocked.Add(ref servedByTwo, answer.Text == "two" ? 1 : 0);
            }
        })];
        Task anyFails = Task.WhenAny(load);

        await Reached(1500);
        await two.KillAsync();
        await Reached(served + 1500);
        int before = servedByTwo;
        await two.StartAsync();
        await Patience.UntilAsync(() => servedByTwo > before + 200 || anyFails.IsCompleted, "the server that came back to be used");
        enough = true;
        await Task.WhenAll(load);

        Task Reached(int count) => Patience.UntilAsync(() => Volatile.Read(ref served) >= count || anyFails.IsCompleted, $"{count} answers");
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

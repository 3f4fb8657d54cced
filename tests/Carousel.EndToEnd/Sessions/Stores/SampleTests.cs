using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>The backends of samples/ follow their walk-through, behind a balancer, with one store.</summary>
public class SampleTests
{
    [Fact]
    public async Task Login_AtOneSample_IsKnownToTheOtherUntilLogout()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var python = await Sample.PythonAsync(redis);
        await using var aspnet = await Sample.AspNetCoreAsync(redis);
        await using var balancer = await Balancer.StartAsync([python.Url, aspnet.Url], ["--session", "shared", "--store", redis.Url]);
        using var client = new SessionClient(balancer);
        // The two alternate, so each gets every request: three requests a round.
        for (int round = 0; round < 4; round++)
        {
            string name = $"ada-{round}";
            Message welcome = await client.PostAsync("/login", $"name={name}");
            Assert.Matches($"^welcome {name}, says ({python.Port}|{aspnet.Port})\n$", welcome.Text);
            var servers = new HashSet<string>();
            for (int i = 0; i < 4; i++)
            {
                Message me = await client.GetAsync("/me");
                Assert.StartsWith($"{name}, says ", me.Text);
                Assert.Contains("no-store", me["Cache-Control"]);
                servers.Add(me.Text);
            }
            Assert.Equal(2, servers.Count);
            if (round % 2 == 1)
            {
                Assert.Equal("bye\n", (await client.PostAsync("/logout", "")).Text);
                Assert.Equal(401, (await client.GetAsync("/me")).Status);
                Assert.Equal(401, (await client.GetAsync("/me")).Status);
                Assert.Equal(0L, await redis.CommandAsync("EXISTS", RecordTests.Key(client.Id) + ":data"));
            }
            else
            {
                Assert.InRange((long)(await redis.CommandAsync("TTL", RecordTests.Key(client.Id) + ":data"))!, 86_300, 86_400);
            }
        }
        Assert.Equal(1, client.Given);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("aspnet")]
    public async Task Sample_OfEitherKind_SeparatesSessionsAndFailsWithoutStore(string kind)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var sample = await (kind == "python" ? Sample.PythonAsync(redis) : Sample.AspNetCoreAsync(redis));
        await using var balancer = await Balancer.StartAsync([sample.Url], ["--session", "shared", "--store", redis.Url]);
        using var ada = new SessionClient(balancer);
        using var bob = new SessionClient(balancer);
        Assert.Equal(200, (await ada.PostAsync("/login", "name=ada")).Status);
        Assert.Equal(401, (await bob.GetAsync("/me", $"X-Session-Id: {ada.Id}\r\n")).Status);
        Assert.Equal(400, (await bob.PostAsync("/login", "name=")).Status);
        Assert.Equal(200, (await bob.PostAsync("/login", "name=bob")).Status);
        Assert.StartsWith("ada, ", (await ada.GetAsync("/me")).Text);
        Assert.StartsWith("bob, ", (await bob.GetAsync("/me")).Text);
        // A request in the body of another must not be executed, least of all for another session.
        string smuggled = $"GET /me HTTP/1.1\r\nHost: a\r\nX-Session-Id: {ada.Id}\r\n\r\n";
        await bob.RequestAsync("GET", "/me", $"Content-Length: {smuggled.Length}\r\n", smuggled);
        Assert.StartsWith("bob, ", (await bob.GetAsync("/me")).Text);
        await bob.RequestAsync("POST", "/logout", "Transfer-Encoding: chunked\r\n", $"{smuggled.Length:x}\r\n{smuggled}\r\n0\r\n\r\n");
        Assert.DoesNotContain("ada", (await bob.GetAsync("/me")).Text);

        await redis.KillAsync();
        Assert.Equal(503, (await ada.GetAsync("/me")).Status);
        await redis.StartAsync();
        await Deadlines.UntilAsync(async () => (await ada.GetAsync("/me")).Status == 401, "the sample to find the store again, with nothing in it");
    }
}

using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>Balancers with one store sign and accept the same cookies, without configuration.</summary>
public class KeyTests
{
    [Fact]
    public async Task TwoBalancers_StartedAtOnceOnAnEmptyStore_AgreeOnKeys()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        Balancer[] balancers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => StartAsync(redis, server)));
        await using Balancer one = balancers[0], two = balancers[1];
        await AgreeAsync(one, two);
        await AgreeAsync(two, one);
        using var client = new SessionClient(one);
        for (int i = 0; i < 10; i++)
        {
            await client.GetAsync();
            client.GoTo(i % 2 == 0 ? two : one);
        }
        Assert.Equal(1, client.Given);
    }

    [Fact]
    public async Task Balancer_KilledAndAnotherStarted_CookiesStayValid()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        using var client = new SessionClient(null!);
        await using (var first = await StartAsync(redis, server))
        {
            await SignsSharedAsync(redis, first);
            client.GoTo(first);
            await client.GetAsync();
            client.Dispose();
            first.Signal(Posix.SigKill);
            await first.ExitAsync();
        }
        await using var second = await StartAsync(redis, server);
        await SignsSharedAsync(redis, second);
        client.GoTo(second);
        Assert.Equal(client.Id, Echo.Id(await client.GetAsync()));
        Assert.Equal(1, client.Given);
    }

    [Fact]
    public async Task Cookie_OfTheBalancer_IsSignedAsDocumented()
    {
        await using var redis = await RedisServer.StartAsync();
        StoreKey key = StoreKey.Make();
        await key.PutAsync(redis);
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(redis, server);
        await Deadlines.UntilAsync(async () => key.HasSigned(IssuedCookie.Of(await balancer.GetAsync())), "cookies signed with the store's key");
    }

    /// <summary>Age of a cookie in hours, with a TTL of 24: whether it is valid, and whether it is reissued.</summary>
    [Theory]
    [InlineData(0, true, false)]
    [InlineData(11.9, true, false)]
    [InlineData(12.1, true, true)]
    [InlineData(35.9, true, true)]
    [InlineData(36.1, false, true)]
    [InlineData(1000, false, true)]
    public async Task Cookie_OfAnAge_IsValidForOneAndAHalfTtlAndRenewedFromHalfOn(double hours, bool isGood, bool isIssued)
    {
        await using var redis = await RedisServer.StartAsync();
        StoreKey key = StoreKey.Make();
        await key.PutAsync(redis);
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(redis, server);
        await SignsSharedAsync(redis, balancer);
        IssuedCookie fresh = IssuedCookie.Of(await balancer.GetAsync());
        IssuedCookie old = key.Sign(fresh, TimeSpan.FromHours(hours));
        using var client = new SessionClient(balancer) { Cookie = old };
        // Twice: the second time the balancer has it cached, and this browser has not received a new one.
        for (int i = 0; i < 2; i++)
        {
            client.Cookie = old;
            Message response = await client.GetAsync();
            Assert.Equal(isGood, Echo.Id(response) == old.Id);
            Assert.Equal(isIssued, IssuedCookie.In(response) is not null);
        }
        if (isIssued)
        {
            Assert.InRange(client.Cookie.IssuedAt, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(2));
            Assert.Null(IssuedCookie.In(await client.GetAsync()));
        }
    }

    [Fact]
    public async Task Cookie_UnderThePreviousKey_IsValid()
    {
        await using var redis = await RedisServer.StartAsync();
        StoreKey previous = StoreKey.Make(periodsAgo: 1), current = StoreKey.Make();
        await previous.PutAsync(redis);
        await current.PutAsync(redis);
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(redis, server);
        IssuedCookie fresh = await SignsSharedAsync(redis, balancer);
        Assert.True(current.HasSigned(fresh));
        using var client = new SessionClient(balancer) { Cookie = previous.Sign(fresh, TimeSpan.FromHours(1)) };
        Assert.Equal(fresh.Id, Echo.Id(await client.GetAsync()));
        Assert.Equal(0, client.Given);
    }

    [Fact]
    public async Task Cookie_UnderANewKeyOfAnotherReplica_BecomesValid()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(redis, server);
        IssuedCookie fresh = await SignsSharedAsync(redis, balancer);
        StoreKey other = StoreKey.Make(periodsAgo: 1);
        using var client = new SessionClient(balancer) { Cookie = other.Sign(fresh, TimeSpan.FromHours(1)) };
        Assert.NotEqual(fresh.Id, Echo.Id(await client.GetAsync()));
        await other.PutAsync(redis);
        await Deadlines.UntilAsync(
            async () =>
            {
                client.Cookie = other.Sign(fresh, TimeSpan.FromHours(1));
                return Echo.Id(await client.GetAsync()) == fresh.Id;
            },
            "the balancer to look for the key");
    }

    [Fact]
    public async Task Sticky_ServerRemovedFromTheFile_SessionMovesWithReason()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        string[] options = ["--session", "sticky", "--store", redis.Url];
        using var client = new SessionClient(null!);
        await using (var first = await Balancer.StartAsync([one], options))
        {
            await SignsSharedAsync(redis, first);
            client.GoTo(first);
            Assert.Equal("one", Echo.Name(await client.GetAsync()));
            client.Dispose();
        }
        string id = client.Id;
        await using var second = await Balancer.StartAsync([two], options);
        await SignsSharedAsync(redis, second);
        client.GoTo(second);
        Message moved = await client.GetAsync();
        Assert.Equal(("two", id, "server-gone"), (Echo.Name(moved), Echo.Id(moved), Echo.Moved(moved)));
        Assert.Equal((2, id), (client.Given, client.Id));
        Message next = await client.GetAsync();
        Assert.Equal(("two", "-", 2), (Echo.Name(next), Echo.Moved(next), client.Given));
    }

    /// <summary>Waits until the balancer signs with a key of the store; returns a cookie.</summary>
    internal static async Task<IssuedCookie> SignsSharedAsync(RedisServer redis, Balancer balancer)
    {
        IssuedCookie? cookie = null;
        await Deadlines.UntilAsync(
            async () =>
            {
                StoreKey[] keys = await StoreKey.ReadAsync(redis);
                cookie = IssuedCookie.Of(await balancer.GetAsync());
                return keys.Any(key => key.HasSigned(cookie));
            },
            "the balancer to sign with a key of the store");
        return cookie!;
    }

    /// <summary>
    /// Waits until the second accepts the first's cookies. Nothing waits for the store, so their first cookies may be signed before they share keys.
    /// </summary>
    internal static Task AgreeAsync(Balancer first, Balancer second) => Deadlines.UntilAsync(
        async () =>
        {
            using var client = new SessionClient(first);
            await client.GetAsync();
            client.GoTo(second);
            await client.GetAsync();
            return client.Given == 1;
        },
        "two balancers to agree on keys");

    private static Task<Balancer> StartAsync(RedisServer redis, ScriptedServer server) =>
        Balancer.StartAsync(server, "--session", "shared", "--store", redis.Url);
}

using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>Balancers on one store sign and believe the same cookies, with no set-up.</summary>
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
        using var visitor = new Visitor(one);
        for (int i = 0; i < 10; i++)
        {
            await visitor.GetAsync();
            visitor.GoTo(i % 2 == 0 ? two : one);
        }
        Assert.Equal(1, visitor.Given);
    }

    [Fact]
    public async Task Balancer_KilledAndAnotherStarted_CookiesStayGood()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        using var visitor = new Visitor(null!);
        await using (var first = await StartAsync(redis, server))
        {
            await SignsSharedAsync(redis, first);
            visitor.GoTo(first);
            await visitor.GetAsync();
            visitor.Dispose();
            first.Signal(Posix.SigKill);
            await first.ExitAsync();
        }
        await using var second = await StartAsync(redis, server);
        await SignsSharedAsync(redis, second);
        visitor.GoTo(second);
        Assert.Equal(visitor.Id, Echo.Id(await visitor.GetAsync()));
        Assert.Equal(1, visitor.Given);
    }

    [Fact]
    public async Task Cookie_OfTheBalancer_IsSignedAsTheDocumentSays()
    {
        await using var redis = await RedisServer.StartAsync();
        StoreKey key = StoreKey.Make();
        await key.PutAsync(redis);
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(redis, server);
        await Patience.UntilAsync(async () => key.HasSigned(IssuedCookie.Of(await balancer.GetAsync())), "cookies signed with the store's key");
    }

    /// <summary>Hours of a cookie's age, with a TTL of 24: whether it is good, and whether it is issued anew.</summary>
    [Theory]
    [InlineData(0, true, false)]
    [InlineData(11.9, true, false)]
    [InlineData(12.1, true, true)]
    [InlineData(35.9, true, true)]
    [InlineData(36.1, false, true)]
    [InlineData(1000, false, true)]
    public async Task Cookie_OfAnAge_IsGoodForOneAndAHalfTtlAndRenewedFromHalfOn(double hours, bool isGood, bool isIssued)
    {
        await using var redis = await RedisServer.StartAsync();
        StoreKey key = StoreKey.Make();
        await key.PutAsync(redis);
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(redis, server);
        await SignsSharedAsync(redis, balancer);
        IssuedCookie fresh = IssuedCookie.Of(await balancer.GetAsync());
        IssuedCookie old = key.Sign(fresh, TimeSpan.FromHours(hours));
        using var visitor = new Visitor(balancer) { Cookie = old };
        // Twice, as the second time it is remembered by the balancer, but not by this browser.
        for (int i = 0; i < 2; i++)
        {
            visitor.Cookie = old;
            Message response = await visitor.GetAsync();
            Assert.Equal(isGood, Echo.Id(response) == old.Id);
            Assert.Equal(isIssued, IssuedCookie.In(response) is not null);
        }
        if (isIssued)
        {
            Assert.InRange(visitor.Cookie.IssuedAt, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(2));
            Assert.Null(IssuedCookie.In(await visitor.GetAsync()));
        }
    }

    [Fact]
    public async Task Cookie_UnderThePreviousKey_IsGood()
    {
        await using var redis = await RedisServer.StartAsync();
        StoreKey previous = StoreKey.Make(periodsAgo: 1), current = StoreKey.Make();
        await previous.PutAsync(redis);
        await current.PutAsync(redis);
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(redis, server);
        IssuedCookie fresh = await SignsSharedAsync(redis, balancer);
        Assert.True(current.HasSigned(fresh));
        using var visitor = new Visitor(balancer) { Cookie = previous.Sign(fresh, TimeSpan.FromHours(1)) };
        Assert.Equal(fresh.Id, Echo.Id(await visitor.GetAsync()));
        Assert.Equal(0, visitor.Given);
    }

    [Fact]
    public async Task Cookie_UnderAKeyThatAnotherReplicaMadeMeanwhile_IsSoonGood()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await StartAsync(redis, server);
        IssuedCookie fresh = await SignsSharedAsync(redis, balancer);
        StoreKey other = StoreKey.Make(periodsAgo: 1);
        using var visitor = new Visitor(balancer) { Cookie = other.Sign(fresh, TimeSpan.FromHours(1)) };
        Assert.NotEqual(fresh.Id, Echo.Id(await visitor.GetAsync()));
        await other.PutAsync(redis);
        await Patience.UntilAsync(
            async () =>
            {
                visitor.Cookie = other.Sign(fresh, TimeSpan.FromHours(1));
                return Echo.Id(await visitor.GetAsync()) == fresh.Id;
            },
            "the balancer to look for the key");
    }

    [Fact]
    public async Task Sticky_ServerGoneFromTheFile_VisitorMovesAndIsTold()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        string[] options = ["--session", "sticky", "--store", redis.Url];
        using var visitor = new Visitor(null!);
        await using (var first = await Balancer.StartAsync([one], options))
        {
            await SignsSharedAsync(redis, first);
            visitor.GoTo(first);
            Assert.Equal("one", Echo.Name(await visitor.GetAsync()));
            visitor.Dispose();
        }
        string id = visitor.Id;
        await using var second = await Balancer.StartAsync([two], options);
        await SignsSharedAsync(redis, second);
        visitor.GoTo(second);
        Message moved = await visitor.GetAsync();
        Assert.Equal(("two", id, "server-gone"), (Echo.Name(moved), Echo.Id(moved), Echo.Moved(moved)));
        Assert.Equal((2, id), (visitor.Given, visitor.Id));
        Message next = await visitor.GetAsync();
        Assert.Equal(("two", "-", 2), (Echo.Name(next), Echo.Moved(next), visitor.Given));
    }

    /// <summary>Waits until the balancer signs with a key of the store; returns a cookie.</summary>
    internal static async Task<IssuedCookie> SignsSharedAsync(RedisServer redis, Balancer balancer)
    {
        IssuedCookie? cookie = null;
        await Patience.UntilAsync(
            async () =>
            {
                StoreKey[] keys = await StoreKey.ReadAsync(redis);
                cookie = IssuedCookie.Of(await balancer.GetAsync());
                return keys.Any(key => key.HasSigned(cookie));
            },
            "the balancer to sign with a key of the store");
        return cookie!;
    }

    /// <summary>Waits until the second believes the first's cookies: nothing waits for the store, so their first may be signed before they have met.</summary>
    internal static Task AgreeAsync(Balancer first, Balancer second) => Patience.UntilAsync(
        async () =>
        {
            using var visitor = new Visitor(first);
            await visitor.GetAsync();
            visitor.GoTo(second);
            await visitor.GetAsync();
            return visitor.Given == 1;
        },
        "two balancers to agree on keys");

    private static Task<Balancer> StartAsync(RedisServer redis, ScriptedServer server) =>
        Balancer.StartAsync(server, "--session", "shared", "--store", redis.Url);
}

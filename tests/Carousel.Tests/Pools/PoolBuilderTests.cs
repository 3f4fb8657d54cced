using System.Net;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Tests.Harness;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Pools;

public class PoolBuilderTests
{
    [Fact]
    public void Servers_HaveSlotsInTheOrderOfTheFile()
    {
        var servers = TestPool.Servers(ServersParser.Parse("a\nb name=blue\nc").Servers);

        Assert.Equal([0, 1, 2], servers.Select(server => server.Slot));
        Assert.Equal(["a:80", "blue", "c:80"], servers.Select(server => server.Entry.Name));
    }

    [Fact]
    public void Servers_IdIsTheHashOfTheCanonicalUrl()
    {
        Assert.Equal(
            Assert.Single(ServerIds.For(["http://localhost:8000"])),
            Assert.Single(TestPool.Servers(ServersParser.Parse("LOCALHOST:8000 weight=3").Servers)).Id);
    }

    [Fact]
    public void Build_AddressesAreInTheRing_NamesAreNot()
    {
        PoolSnapshot pool = PoolBuilder.Build(TestPool.Servers(ServersParser.Parse("10.0.0.1:8000\nname\n[::1]").Servers));

        Assert.Equal([IPEndPoint.Parse("10.0.0.1:8000")], pool.EndPoints(pool.Servers[0]));
        Assert.Empty(pool.EndPoints(pool.Servers[1]));
        Assert.Equal([IPEndPoint.Parse("[::1]:80")], pool.EndPoints(pool.Servers[2]));
        Assert.Equal(2, pool.Primary.Ring.Count);
        Assert.Equal([0, 2], new[] { pool.Primary.Ring.Next()!.Slot, pool.Primary.Ring.Next()!.Slot }.Order());
    }

    [Fact]
    public void Ids_Collision_GrowUntilTheyDiffer()
    {
        static string Hash(string url) => url switch
        {
            "a" => "0123456789aaaa",
            "b" => "0123456789aabb",
            "c" => "0123456789cccc",
            _ => "ffffffffffffff",
        };

        Assert.Equal(["0123456789aaa", "0123456789aab", "0123456789c", "ffffffffff"], ServerIds.For(["a", "b", "c", "d"], Hash));
    }

    [Fact]
    public void Ids_KnownText_IsPrefixOfItsFnvHash() => Assert.Equal(["d228cb696f"], ServerIds.For(["a"]));

    [Fact]
    public void Ids_AnyHashes_AreUniqueAndIndependentOfTheOrder()
    {
        Gen<string[]> hashes = Gen.Char["01"].Array[14].Select(bits => new string(bits)).Array[1, 50].Select(all => all.Distinct().ToArray());
        hashes.Sample(urls =>
        {
            string[] ids = ServerIds.For(urls, url => url);
            Assert.Equal(ids.Length, ids.Distinct().Count());
            Assert.Equal(ids.Reverse(), ServerIds.For([.. urls.Reverse()], url => url));
        });
    }
}

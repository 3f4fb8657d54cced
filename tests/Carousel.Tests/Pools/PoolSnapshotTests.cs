using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Pools;

public class PoolSnapshotTests
{
    private static readonly PoolSnapshot Pool =
        PoolBuilder.Build(TestPool.Servers(ServersParser.Parse("10.0.0.1:8000\nunresolved.example\n[::1]:8080").Servers));

    [Fact]
    public void Find_TagOfAServer_IsThatServer() => Assert.All(Pool.Servers, server => Assert.Same(server, Pool.Find(server.Tag)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(ulong.MaxValue)]
    public void Find_TagOfNoServer_IsNull(ulong tag) => Assert.Null(Pool.Find(tag));

    /// <summary>Workers compute what they derive from candidates anew when those are replaced.</summary>
    [Fact]
    public void With_ABackupIsDown_ReplacesTheBackupsOnly()
    {
        PoolSnapshot before = PoolBuilder.Build(TestPool.Servers(ServersParser.Parse("10.0.0.1\n10.0.0.2 backup\n10.0.0.3").Servers));
        PoolSnapshot after = before.With([(before.Servers[1], before[before.Servers[1]] with { IsHealthy = false })]);
        Assert.Same(before.Primary, after.Primary);
        Assert.Empty(after.Backup.Servers);
        Assert.Equal([before.Servers[1]], before.Backup.Servers);
    }

    [Fact]
    public void With_AWeightHasChanged_ReplacesTheCandidates()
    {
        PoolSnapshot before = PoolBuilder.Build(TestPool.Servers(ServersParser.Parse("10.0.0.1\n10.0.0.2").Servers));
        Server heavy = before.Servers[1];
        heavy.Entry = heavy.Entry with { Weight = 7 };
        Assert.Equal([1, 7], before.With([(heavy, before[heavy])]).Primary.Weights);
    }

    [Fact]
    public void CanServe_Servers_OnlyReachableOnes() => Assert.Equal([true, false, true], Pool.Servers.Select(Pool.CanServe));

    /// <summary>The first 64 bits of FNV-1a 128, computed by another implementation: cookies of all versions and replicas depend on them.</summary>
    [Theory]
    [InlineData("localhost:8000", 0x5f6472d2b833f772)]
    [InlineData("10.0.0.1", 0xdc561241879128f1)]
    [InlineData("[::1]:8080", 0xab80168a3514a316)]
    public void Tag_KnownUrl_IsItsHash(string line, ulong expected) =>
        Assert.Equal(expected, Assert.Single(TestPool.Servers(ServersParser.Parse(line).Servers)).Tag);

    [Fact]
    public void Tag_AnythingButTheUrlChanged_StaysTheSame()
    {
        var servers = TestPool.Servers(ServersParser.Parse("other\nLOCALHOST:8000 weight=3 name=blue").Servers);
        Assert.Equal(0x5f6472d2b833f772ul, servers[1].Tag);
    }
}

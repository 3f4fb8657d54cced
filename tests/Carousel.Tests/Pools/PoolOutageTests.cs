using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Pools;

public class PoolOutageTests
{
    [Theory]
    [InlineData("10.0.0.1\n10.0.0.2", "all 2 servers are down")]
    [InlineData("10.0.0.1 name=blue", "the only server, http://10.0.0.1:80 (blue), is down")]
    [InlineData("10.0.0.1\nno-such-host.invalid", "none of 2 servers takes requests: 1 down, 1 unresolved")]
    [InlineData("a.invalid\nb.invalid", "all 2 servers are down: the name does not resolve")]
    public void Sentence_NoServerCanServe_DescribesTheirStates(string servers, string expected)
    {
        var membership = TestPool.Of(servers, TestPool.Probed).Membership;
        foreach (Server server in membership.Pool.Current.Servers)
        {
            membership.SetHealth(server.Tag, false);
        }
        Assert.Equal(expected, PoolOutage.Sentence(membership.Pool.Current, nowMs: 0));
    }

    [Fact]
    public void Sentence_FirstProbesInProgress_IsReported() => Assert.Equal(
        "all 2 servers are new, and not probed yet",
        PoolOutage.Sentence(PoolBuilder.Build(TestPool.Servers(ServersParser.Parse("10.0.0.1\n10.0.0.2").Servers), probed: true), nowMs: 0));
}

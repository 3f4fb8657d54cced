using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Pools;

/// <summary>The table of docs/decisions/0014-admin-changes.md.</summary>
public class ListMergeTests
{
    [Theory]
    // Run-time options remain while the line is unchanged, wherever it is in the file.
    [InlineData("a:1|b:2", "a:1|b:2|c:3", "a:1 drain|b:2", "a:1 drain|b:2|c:3")]
    [InlineData("a:1|b:2", "b:2|a:1", "a:1 weight=5|b:2", "b:2|a:1 weight=5")]
    // A changed line overrides them.
    [InlineData("a:1|b:2", "a:1 weight=3|b:2", "a:1 drain|b:2", "a:1 weight=3|b:2")]
    // A removed server stays removed until its line changes.
    [InlineData("a:1|b:2", "a:1|b:2|c:3", "a:1", "a:1|c:3")]
    [InlineData("a:1|b:2", "a:1|b:2 weight=2", "a:1", "a:1|b:2 weight=2")]
    // A server that lost its line leaves, whatever was set at run time.
    [InlineData("a:1|b:2", "a:1", "a:1|b:2 weight=9", "a:1")]
    // A server added without a line stays; one that gets a line and loses it does not.
    [InlineData("a:1", "a:1|b:2", "a:1|x:9", "a:1|b:2|x:9")]
    [InlineData("a:1|x:9", "a:1", "a:1|x:9", "a:1")]
    // Never empty.
    [InlineData("a:1|b:2", "b:2", "a:1", "b:2")]
    public void Of_ListAndRunTimeChanges_MergesBoth(string before, string now, string set, string expected) =>
        Assert.Equal(Plain(Entries(expected)), Plain(ListMerge.Of(Entries(before), Entries(now), Entries(set))));

    [Fact]
    public void Follow_ChangedList_ChangesThePool()
    {
        var membership = TestPool.Of(PoolBuilder.Build(TestPool.Servers(Entries("10.0.0.1:1|10.0.0.2:2")))).Membership;
        Server one = membership.Pool.Current.Servers[0];
        membership.Drain(one.Tag, true);

        PoolChange change = membership.Follow(Entries("10.0.0.1:1|10.0.0.2:2"), Entries("10.0.0.1:1|10.0.0.3:3"));

        Assert.Equal("added http://10.0.0.3:3; draining http://10.0.0.2:2", $"{change}");
        Assert.True(one.Entry.Drain);
    }

    private static ServerEntry[] Entries(string lines) => [.. ServersParser.Parse(lines.Replace('|', '\n')).Servers];

    private static IEnumerable<ServerEntry> Plain(IEnumerable<ServerEntry> entries) => entries.Select(entry => entry with { Line = 0 });
}

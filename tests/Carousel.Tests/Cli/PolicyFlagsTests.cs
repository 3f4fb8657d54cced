using Carousel.Cli;
using Carousel.Core.Policies;
using Xunit;

namespace Carousel.Tests.Cli;

public class PolicyFlagsTests
{
    [Theory]
    [InlineData("", PolicyKind.Default)]
    [InlineData("--policy round-robin", PolicyKind.RoundRobin)]
    [InlineData("--policy weighted", PolicyKind.Weighted)]
    [InlineData("--policy least-requests", PolicyKind.LeastRequests)]
    [InlineData("--policy ewma", PolicyKind.Ewma)]
    [InlineData("--policy dynamic", PolicyKind.Dynamic)]
    [InlineData("--policy hash", PolicyKind.Hash)]
    [InlineData("--policy random", PolicyKind.Random)]
    public void Parse_Word_IsTaken(string flags, PolicyKind kind) => Assert.Equal(new PolicyOptions { Kind = kind }, Parse(flags));

    [Theory]
    [InlineData("source", HashBy.Source, "")]
    [InlineData("url", HashBy.Url, "")]
    [InlineData("cookie:JSESSIONID", HashBy.Cookie, "JSESSIONID")]
    [InlineData("header:X-Tenant", HashBy.Header, "X-Tenant")]
    public void Parse_HashBy_IsTaken(string text, HashBy by, string name) =>
        Assert.Equal(new PolicyOptions { Kind = PolicyKind.Hash, HashBy = by, HashName = name }, Parse($"--policy hash --hash-by {text}"));

    [Theory]
    [InlineData("--policy best", "--policy: expected one of round-robin, weighted, least-requests, ewma, dynamic, hash, random, found \"best\"")]
    [InlineData("--policy hash --hash-by cookie", "--hash-by: expected source, url, cookie:NAME or header:NAME, found \"cookie\"")]
    [InlineData("--policy hash --hash-by cookie:", "--hash-by: expected source, url, cookie:NAME or header:NAME, found \"cookie:\"")]
    [InlineData("--policy hash --hash-by header:a:b", "--hash-by: expected source, url, cookie:NAME or header:NAME, found \"header:a:b\"")]
    [InlineData("--policy hash --hash-by url:x", "--hash-by: expected source, url, cookie:NAME or header:NAME, found \"url:x\"")]
    [InlineData("--policy hash --hash-by path", "--hash-by: expected source, url, cookie:NAME or header:NAME, found \"path\"")]
    public void Parse_InvalidValue_IsAnError(string flags, string expected)
    {
        var invalid = Assert.IsType<Request.Invalid>(CommandLine.Parse(["-f", "servers.txt", .. flags.Split(' ')]));
        Assert.Equal(expected, Assert.Single(invalid.Errors));
    }

    [Fact]
    public void Parse_Demo_TakesThePolicy() => Assert.Equal(
        new PolicyOptions { Kind = PolicyKind.Hash, HashBy = HashBy.Url },
        Assert.IsType<Request.Demo>(CommandLine.Parse(["demo", "--policy", "hash", "--hash-by", "url"])).Settings.Pool.Policy);

    private static PolicyOptions Parse(string flags) => Assert.IsType<Request.Run>(
        CommandLine.Parse(["-f", "servers.txt", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)])).Settings.Pool.Policy;
}

using Carousel.Cli;
using Carousel.Core.Health;
using Carousel.Core.Pools;
using Xunit;

namespace Carousel.Tests.Cli;

public class HealthFlagsTests
{
    [Fact]
    public void Parse_NoFlag_TakesTheDefaults() => Assert.Equivalent(new HealthOptions(), Parse(""), strict: true);

    [Fact]
    public void Parse_EveryFlag_IsApplied()
    {
        HealthOptions options = Parse("--health on --health-path /healthz?a=b --health-status 200,404 --health-body ok --health-host example.com:81"
            + " --health-interval 500ms --health-timeout 300ms --health-fall 5 --health-rise 1");
        Assert.Equal((true, "/healthz?a=b", "200,404", "ok", "example.com:81"),
            (options.IsOn, options.Path, options.Statuses.ToString(), options.Body, options.Host));
        Assert.Equal((500, 300, 5, 1), (options.Interval.TotalMilliseconds, options.Timeout.TotalMilliseconds, options.Fall, options.Rise));
    }

    [Fact]
    public void Parse_NoEjectFlag_TakesTheDefaults()
    {
        PoolOptions pool = Options("");
        Assert.Equal(new OutlierOptions(), pool.Outliers);
        Assert.Equal((TimeSpan.FromSeconds(10), false, 2, 20), (pool.SlowStart, pool.Panic, pool.Retries, pool.RetryPercent));
    }

    [Fact]
    public void Parse_EveryEjectFlag_IsApplied()
    {
        PoolOptions pool = Options("--eject on --eject-failures 5 --eject-status 500-599,429 --eject-time 300ms --slow-start 0s --panic --retries 1 --retry-budget 35%");
        Assert.Equal((true, 5, "500-599,429", 300),
            (pool.Outliers.IsOn, pool.Outliers.Failures, pool.Outliers.Statuses.ToString(), pool.Outliers.FirstTime.TotalMilliseconds));
        Assert.Equal((TimeSpan.Zero, true, 1, 35), (pool.SlowStart, pool.Panic, pool.Retries, pool.RetryPercent));
    }

    [Fact]
    public void Parse_Off_IsTaken() => Assert.Equal((false, false, 0),
        (Parse("--health off").IsOn, Options("--eject off").Outliers.IsOn, Options("--retries 0").Retries));

    [Theory]
    [InlineData("--eject yes", "--eject: expected one of on, off, found \"yes\"")]
    [InlineData("--eject-status 5xx", "--eject-status: expected statuses from 100 to 599 such as 502-504,429, found \"5xx\"")]
    [InlineData("--retry-budget 101%", "--retry-budget: expected a share from 0% to 100%, found \"101%\"")]
    [InlineData("--retry-budget %", "--retry-budget: expected a share from 0% to 100%, found \"%\"")]
    [InlineData("--health maybe", "--health: expected one of on, off, found \"maybe\"")]
    [InlineData("--health-path healthz", "--health-path: expected a path such as /healthz, found \"healthz\"")]
    [InlineData("--health-path /a#b", "--health-path: expected a path such as /healthz, found \"/a#b\"")]
    [InlineData("--health-path /ä", "--health-path: expected a path such as /healthz, found \"/ä\"")]
    [InlineData("--health-path / --health-status 2xx", "--health-status: expected statuses from 100 to 599 such as 200-399,404, found \"2xx\"")]
    [InlineData("--health-path / --health-host a/b", "--health-host: expected a host such as example.com or example.com:8080, found \"a/b\"")]
    [InlineData("--health-fall 0", "--health-fall: expected a number from 1 to 100, found \"0\"")]
    public void Parse_InvalidValue_IsAnError(string flags, string expected)
    {
        var invalid = Assert.IsType<Request.Invalid>(CommandLine.Parse(["-f", "servers.txt", .. flags.Split(' ')]));
        Assert.Equal(expected, Assert.Single(invalid.Errors));
    }

    private static HealthOptions Parse(string flags) => Settings(flags).Pool.Health;

    private static PoolOptions Options(string flags) => Settings(flags).Pool;

    private static RunSettings Settings(string flags) => Assert.IsType<Request.Run>(
        CommandLine.Parse(["-f", "servers.txt", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)])).Settings;
}

using Carousel.Core.Health;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Health;

public class ServerHealthTests
{
    private static readonly ProbeResult Bad = new("connect-refused");

    /// <summary>Left: g for a good probe, b for a bad one. Right: the state after each.</summary>
    [Theory]
    [InlineData("g", "U")]
    [InlineData("bg", "PU")]
    [InlineData("bbg", "PPU")]
    [InlineData("bbb", "PPD")]
    [InlineData("bbbg", "PPDD")]
    [InlineData("bbbgg", "PPDDU")]
    [InlineData("gbbgbbgbbb", "UUUUUUUUUD")]
    [InlineData("gbbbgbgg", "UUUDDDDU")]
    [InlineData("gbbbggbbb", "UUUDDUUUD")]
    public void Take_Results_GiveTheState(string results, string states)
    {
        var health = new ServerHealth(new HealthOptions());
        Assert.Equal(HealthState.Probing, health.State);
        Assert.Equal(states, string.Concat(results.Select(result =>
        {
            Take(health, result == 'g');
            return health.State.ToString()[0];
        })));
    }

    [Fact]
    public void Take_FallAndRiseOfOne_FollowEveryProbe()
    {
        var health = new ServerHealth(new HealthOptions { Fall = 1, Rise = 1 });
        Assert.Equal("is down: connect-refused (1 probe)", Take(health, false).News);
        Assert.Equal("is up after 1s", Take(health, true).News);
    }

    [Fact]
    public void Take_StateChanges_AreReportedOnce()
    {
        var health = new ServerHealth(new HealthOptions());
        string?[] news = [.. "ggbbbbbgggbbbgg".Select((result, second) => health.Take(result == 'g' ? ProbeResult.Good : Bad, At(4 * second), 0).News)];
        Assert.Equal(
            [
                null, null, null, null, "is down: connect-refused (3 probes)", null, null, null, "is up again after 16s", null,
                null, null, "is down: connect-refused (3 probes)", null, "is up again after 8s",
            ],
            news);
    }

    [Fact]
    public void Take_StateChange_NamesTheLastFailure()
    {
        var health = new ServerHealth(new HealthOptions { Fall = 2 });
        health.Take(Bad, At(0), 0);
        Assert.Equal("is down: status 503 (2 probes)", health.Take(new ProbeResult("status 503"), At(1), 0).News);
    }

    /// <summary>With average jitter, so that each wait is its nominal value.</summary>
    [Theory]
    [InlineData("gggg", "1000 2000 2000 2000")]
    [InlineData("gbbg", "1000 250 250 2000")]
    [InlineData("gbbbbbbbb", "1000 250 250 250 500 1000 2000 2000 2000")]
    [InlineData("bbbbbbbb", "250 250 250 500 1000 2000 2000 2000")]
    [InlineData("bbbbbbgb", "250 250 250 500 1000 2000 250 250")]
    [InlineData("bbbbbbgg", "250 250 250 500 1000 2000 250 2000")]
    public void Take_Waits_AreShortWhileUncertainAndGrowWhileDown(string results, string milliseconds)
    {
        var health = new ServerHealth(new HealthOptions());
        Assert.Equal(milliseconds, string.Join(' ', results.Select(result => Take(health, result == 'g').Wait.TotalMilliseconds)));
    }

    [Theory]
    [InlineData(0, 0, 1800)]
    [InlineData(0.25, 500, 1900)]
    [InlineData(0.75, 1500, 2100)]
    public void Take_Jitter_SpreadsTheFirstWaitOverTheInterval(double jitter, int first, int later)
    {
        var health = new ServerHealth(new HealthOptions());
        Assert.Equal(first, health.Take(ProbeResult.Good, At(0), jitter).Wait.TotalMilliseconds);
        Assert.Equal(later, health.Take(ProbeResult.Good, At(1), jitter).Wait.TotalMilliseconds);
    }

    /// <summary>The state follows from the last results, whatever came before.</summary>
    [Fact]
    public void Take_AnyResults_StateFollowsFromRuns() => Gen.Select(Gen.Bool.Array[1, 60], Gen.Int[1, 5], Gen.Int[1, 5]).Sample((results, fall, rise) =>
    {
        var health = new ServerHealth(new HealthOptions { Fall = fall, Rise = rise });
        for (int i = 0; i < results.Length; i++)
        {
            HealthState before = health.State;
            Take(health, results[i]);
            int run = 1;
            while (run <= i && results[i - run] == results[i])
            {
                run++;
            }
            HealthState expected = results[i]
                ? before == HealthState.Down && run < rise ? HealthState.Down : HealthState.Up
                : run >= fall ? HealthState.Down : before;
            Assert.Equal(expected, health.State);
        }
    });

    [Fact]
    public void Take_AnyResults_WaitsStayWithinTheInterval() =>
        Gen.Select(Gen.Select(Gen.Bool, Gen.Double[0, 0.999]).Array[1, 200], Gen.Int[10, 10_000]).Sample((results, interval) =>
        {
            var options = new HealthOptions { Interval = TimeSpan.FromMilliseconds(interval) };
            var health = new ServerHealth(options);
            foreach ((bool good, double jitter) in results)
            {
                bool isFirst = health.State == HealthState.Probing && good;
                TimeSpan wait = health.Take(good ? ProbeResult.Good : Bad, At(0), jitter).Wait;
                TimeSpan least = options.Interval < HealthOptions.FirstBackoff ? options.Interval : HealthOptions.FirstBackoff;
                Assert.InRange(wait, isFirst ? TimeSpan.Zero : least * 0.9, options.Interval * 1.1);
            }
        });

    private static HealthStep Take(ServerHealth health, bool good) => health.Take(good ? ProbeResult.Good : Bad, At(0), 0.5);

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}

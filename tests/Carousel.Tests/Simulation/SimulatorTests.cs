using Carousel.Benchmarks.Simulation.Model;
using Carousel.Core.Policies;
using Xunit;

namespace Carousel.Tests.Simulation;

/// <summary>The simulator compared with queueing theory, and scenarios in which policies must be better than others. Seeded: deterministic.</summary>
public class SimulatorTests
{
    private const int Seed = 1;

    private static readonly Scenario OneServer = new()
    {
        Name = "one",
        What = "",
        Servers = [new ServerSpec(1)],
        Load = 0.75,
        MeanMicros = 10_000,
        Seconds = 4_000,
        WarmUpSeconds = 10,
    };

    private static readonly Scenario Unequal = new()
    {
        Name = "unequal",
        What = "",
        Seconds = 40,
        Servers = [new(1), new(1), new(2), new(2), new(4), new(4)],
    };

    private static readonly Span Failure = new(10, 20);

    /// <summary>M/M/1: the time in the system is exponential with mean 1 / (mu - lambda).</summary>
    [Fact]
    public void Run_OneProcessor_IsMM1()
    {
        Outcome outcome = Run(OneServer with { Processors = 1 }, new RoundRobin());
        double mean = 10_000 / (1 - 0.75);
        AssertNear(mean, outcome.All.Mean);
        AssertNear(mean * Math.Log(2), outcome.All.Quantile(0.5));
        AssertNear(mean * Math.Log(100), outcome.All.Quantile(0.99));
        AssertNear(0.75, outcome.Servers[0].Busy);
    }

    /// <summary>M/M/4: a request waits with the probability of Erlang's C, then on average 1 / (4 mu - lambda).</summary>
    [Fact]
    public void Run_FourProcessors_IsMM4()
    {
        Outcome outcome = Run(OneServer with { Processors = 4, Seconds = 1_000 }, new RoundRobin());
        // a = 3 servers' worth of load on c = 4.
        const double waits = 13.5 / (1 + 3 + 4.5 + 4.5 + 13.5);
        double afterwards = 10_000 / (4 - 3);
        AssertNear(10_000 + waits * afterwards, outcome.All.Mean);
        // P(T > t) = e^-t (1 + C t) in units of the mean work, since both rates are 1.
        AssertNear(1.1563 * 10_000, outcome.All.Quantile(0.5));
    }

    [Fact]
    public void Run_ConstantWorkAndLowLoad_TakesServiceTime()
    {
        Outcome outcome = Run(OneServer with { Load = 0.001, ServiceTime = ServiceTime.Constant, Servers = [new ServerSpec(4)] }, new RoundRobin());
        Assert.Equal(2_500, outcome.All.Quantile(0.5), 1e-3);
    }

    /// <summary>A change of speed affects requests in progress: here half a second of work of which a tenth is done.</summary>
    [Fact]
    public void Run_ServerSlowsDown_RequestsInProgressTakeLonger()
    {
        var server = new SimulatedServer(new ServerSpec(1), 1, 1_000_000);
        var job = new Job { Work = 0.5 };
        Assert.True(server.Arrive(job, 0));
        Assert.Equal(500_000, server.EndOf(job));
        Assert.Same(job, Assert.Single(server.Change(0.1, fails: false, 50_000)));
        Assert.Equal(50_000 + 4_500_000, server.EndOf(job));
        server.Change(0, fails: false, 100_000);
        Assert.Equal(double.PositiveInfinity, server.EndOf(job));
        server.Change(1, fails: false, 200_000);
        Assert.Equal(200_000 + 445_000, server.EndOf(job));
    }

    [Fact]
    public void Run_SameSeed_SameOutcome()
    {
        Outcome one = Run(Unequal, new LeastRequests()), same = Run(Unequal, new LeastRequests());
        Assert.Equal((one.All.Count, one.All.Mean, one.All.Quantile(0.999)), (same.All.Count, same.All.Mean, same.All.Quantile(0.999)));
        Assert.NotEqual(one.All.Mean, new Simulator(Unequal, _ => new LeastRequests(), Seed + 1).Run().All.Mean);
    }

    [Fact]
    public void Run_FailingServer_CountsItsErrors()
    {
        Outcome outcome = Run(Unequal with { Servers = [new ServerSpec(1) { Phases = [new Phase(Failure, 1, Fails: true)] }, new ServerSpec(1)], Load = 0.4 }, new RoundRobin());
        // Half of the requests of ten seconds, at 160 a second.
        AssertNear(800, outcome.Errors);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void Dynamic_UnequalServers_AFifthBetterThanLeastRequestsAndNoServerIsOverloaded(int balancers)
    {
        Scenario scenario = Unequal with { Balancers = balancers };
        Outcome dynamic = Run(scenario, seed => new Dynamic((ulong)seed)), least = Run(scenario, new LeastRequests());
        Assert.InRange(dynamic.All.Quantile(0.99), 0, 0.8 * least.All.Quantile(0.99));
        Assert.False(dynamic.IsLopsided);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void Dynamic_OneServerTenTimesSlower_HalfOfLeastRequestsMeanwhileAndItRecovers(int balancers)
    {
        Scenario scenario = Unequal with
        {
            Balancers = balancers,
            Seconds = 60,
            Failure = Failure,
            Servers = [.. Enumerable.Repeat(new ServerSpec(2), 5), new ServerSpec(2) { Phases = [new Phase(Failure, 0.1)] }],
        };
        Outcome dynamic = Run(scenario, seed => new Dynamic((ulong)seed)), least = Run(scenario, new LeastRequests());
        Assert.InRange(dynamic.DuringFailure!.Quantile(0.99), 0, 0.65 * least.DuringFailure!.Quantile(0.99));
        Assert.False(dynamic.IsLopsided);
        Outcome afterwards = Run(scenario with { WarmUpSeconds = 30 }, seed => new Dynamic((ulong)seed));
        Assert.InRange(afterwards.Servers[^1].Share, 0.14, 0.18);
    }

    [Fact]
    public void Dynamic_ServerThatFailsFast_GetsFewRequests()
    {
        Scenario scenario = Unequal with { Load = 0.6, Servers = [.. Enumerable.Repeat(new ServerSpec(2), 5), new ServerSpec(2) { Phases = [new Phase(Failure, 1, Fails: true)] }] };
        int errors = Run(scenario, seed => new Dynamic((ulong)seed)).Errors;
        // Without avoidance it would be a sixth of 14,400.
        Assert.InRange(errors, 1, 240);
    }

    private static Outcome Run(Scenario scenario, Policy policy) => Run(scenario, _ => policy);

    private static Outcome Run(Scenario scenario, Func<int, Policy> policy) => new Simulator(scenario, policy, Seed).Run();

    private static void AssertNear(double expected, double actual) => Assert.InRange(actual, expected * 0.95, expected * 1.05);
}

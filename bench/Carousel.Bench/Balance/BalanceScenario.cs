using Carousel.Bench.Servers;

namespace Carousel.Bench.Balance;

/// <summary>A pool whose servers aren't alike. The same numbers as the simulator's scenarios of the same kind.</summary>
/// <param name="Name">As the command line and the tables call it.</param>
/// <param name="What">What it is, for the report.</param>
/// <param name="Speeds">A server each.</param>
internal sealed record BalanceScenario(string Name, string What, IReadOnlyList<int> Speeds)
{
    private const int Slots = 4, ServiceMicros = 20_000;

    /// <summary>How much slower <see cref="SlowServer"/> gets.</summary>
    private const int SlowBy = 10;

    /// <summary>The load by what all servers can do together.</summary>
    private const double Load = 0.75;

    public static IReadOnlyList<BalanceScenario> All { get; } =
    [
        new("unequal", "six servers, two each of speeds 1, 2 and 4; nobody tells the balancer", [1, 1, 2, 2, 4, 4]) { HasVerdict = true },
        new("slow", $"six equal servers; the third is {SlowBy} times slower in the second third of the time", [2, 2, 2, 2, 2, 2])
        {
            SlowServer = 2, HasVerdict = true,
        },
        new("weights", "as unequal, but the configuration tells the speeds as weights (YARP knows none)", [1, 1, 2, 2, 4, 4]) { TellsWeights = true },
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(scenario => scenario.Name)];

    /// <summary>Which server is slow for a while; null if none.</summary>
    public int? SlowServer { get; private init; }

    public bool TellsWeights { get; private init; }

    /// <summary>Carousel has promised something here.</summary>
    public bool HasVerdict { get; private init; }

    /// <summary>Requests a second.</summary>
    public int Rate => (int)(Load * Speeds.Sum() * Slots * 1e6 / ServiceMicros);

    public IEnumerable<ServerWork> Works => Speeds.Select(speed => new ServerWork(Slots, ServiceMicros, IsExponential: true, speed));

    /// <summary>The slow server's speed while it is slow.</summary>
    public double SlowSpeed(int server) => (double)Speeds[server] / SlowBy;
}

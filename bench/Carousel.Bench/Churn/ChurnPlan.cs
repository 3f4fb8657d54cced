namespace Carousel.Bench.Churn;

/// <summary>What happens to a server. The second of each pair ends what the first began.</summary>
internal enum ChurnKind
{
    Kill,
    Restart,
    Stop,
    Continue,
    Delete,
    Add,
}

/// <param name="At">From the start of the load.</param>
/// <param name="Server">Which of the servers, from 0.</param>
/// <param name="Kind">What happens to it.</param>
internal sealed record ChurnEvent(TimeSpan At, int Server, ChurnKind Kind);

/// <summary>The same sequence for every peer: made beforehand, from a seed.</summary>
internal static class ChurnPlan
{
    public const int Servers = 8;

    /// <summary>So many servers at least can be used at any time: they run, are in the list, and have had <see cref="Settling"/> to be found.</summary>
    public const int LeastAlive = 3;

    /// <summary>
    /// How long a restarted server does not count as alive yet. A balancer has to detect that a server runs again, and all of them
    /// look every second or two.
    /// </summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>Between two moments at which something may begin, in seconds.</summary>
    private const double LeastPause = 0.2, MostPause = 0.6;

    private static readonly (ChurnKind Begin, ChurnKind End, double Least, double Most)[] Kinds =
    [
        (ChurnKind.Kill, ChurnKind.Restart, 0.2, 3),
        (ChurnKind.Stop, ChurnKind.Continue, 0.5, 8),
        (ChurnKind.Delete, ChurnKind.Add, 0.5, 5),
    ];

    /// <summary>The events within this many seconds, in order.</summary>
    public static List<ChurnEvent> Make(int seed, int seconds)
    {
        var random = new Random(seed);
        double Between(double least, double most) => least + random.NextDouble() * (most - least);

        var plan = new List<ChurnEvent>();
        double[] aliveFrom = new double[Servers];
        for (double now = 1; now < seconds; now += Between(LeastPause, MostPause))
        {
            int[] alive = [.. Enumerable.Range(0, Servers).Where(server => aliveFrom[server] <= now)];
            if (alive.Length <= LeastAlive)
            {
                continue;
            }

            int chosen = alive[random.Next(alive.Length)];
            var kind = Kinds[random.Next(Kinds.Length)];
            double end = now + Between(kind.Least, kind.Most);
            aliveFrom[chosen] = end + Settling.TotalSeconds;
            plan.Add(new ChurnEvent(TimeSpan.FromSeconds(now), chosen, kind.Begin));
            plan.Add(new ChurnEvent(TimeSpan.FromSeconds(end), chosen, kind.End));
        }

        return [.. plan.Where(one => one.At.TotalSeconds < seconds).OrderBy(one => one.At)];
    }
}

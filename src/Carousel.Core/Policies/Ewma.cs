using Carousel.Core.Servers;

namespace Carousel.Core.Policies;

/// <summary>
/// Of two servers drawn by weight, picks the one that will likely respond sooner: latency times requests in flight (this one included), divided by
/// weight. Two draws avoid the worst servers nearly as well as a full scan, and independent workers do not all pick the same server (Mitzenmacher:
/// "The power of two choices", 2001). Latency is the peak EWMA, as in Twitter's Finagle: a server that becomes slow is avoided from its first slow
/// response on.
/// </summary>
/// <param name="seed">Seed of the random numbers.</param>
public sealed class Ewma(ulong seed) : Policy
{
    /// <summary>
    /// Latency assumed per request in flight for a server without recent responses. With none in flight it is picked first; then it gets no more
    /// until it responds, unless the others are busy.
    /// </summary>
    private const double UnknownMicros = 1_000_000;

    private readonly WeightedDraw _draw = new(seed);

    /// <inheritdoc/>
    public override Server? Pick(Candidates candidates, in PickInput input)
    {
        if (candidates.Servers.IsEmpty)
        {
            return null;
        }
        int one = _draw.Next(candidates);
        int other = _draw.Next(candidates);
        if (other == one)
        {
            other = one + 1 < candidates.Servers.Length ? one + 1 : 0;
        }
        bool mayOne = input.MayTake(candidates.Servers[one]);
        bool mayOther = input.MayTake(candidates.Servers[other]);
        if (mayOne && mayOther)
        {
            return candidates.Servers[Cost(candidates, other, input.NowMs) < Cost(candidates, one, input.NowMs) ? other : one];
        }
        return mayOne ? candidates.Servers[one] : mayOther ? candidates.Servers[other] : PickCheapest(candidates, input);
    }

    /// <summary>Neither of the two may be picked: scans all.</summary>
    private static Server? PickCheapest(Candidates candidates, in PickInput input)
    {
        Server? cheapest = null;
        double least = double.PositiveInfinity;
        for (int i = 0; i < candidates.Servers.Length; i++)
        {
            Server server = candidates.Servers[i];
            if (input.MayTake(server) && Cost(candidates, i, input.NowMs) is var cost && (cheapest is null || cost < least))
            {
                (cheapest, least) = (server, cost);
            }
        }
        return cheapest;
    }

    private static double Cost(Candidates candidates, int place, long nowMs)
    {
        ServerLoad load = candidates.Servers[place].Load;
        double cost = load.IsKnown(nowMs) ? load.PeakMicros(nowMs) * (load.InFlight + 1) : UnknownMicros * load.InFlight;
        return cost / candidates.Weights[place];
    }
}

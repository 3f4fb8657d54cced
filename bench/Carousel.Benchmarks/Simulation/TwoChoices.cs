using Carousel.Core.Policies;
using Carousel.Core.Servers;

namespace Carousel.Benchmarks.Simulation;

/// <summary>
/// The one of two random servers with fewer requests in flight: <c>random(2)</c> or PowerOfTwoChoices in other balancers. For comparison only.
/// </summary>
internal sealed class TwoChoices(int seed) : Policy
{
    private readonly Random _random = new(seed);

    public override Server? Pick(Candidates candidates, in PickInput input)
    {
        Server one = candidates.Servers[_random.Next(candidates.Servers.Length)];
        Server other = candidates.Servers[_random.Next(candidates.Servers.Length)];
        Server better = other.Load.InFlight < one.Load.InFlight ? other : one;
        return input.MayTake(better) ? better : null;
    }
}

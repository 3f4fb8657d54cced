using Carousel.Core.Policies;
using Carousel.Core.Pool;

namespace Carousel.Benchmarks.Simulation;

/// <summary>The better of two random servers by requests in flight: what others call <c>random(2)</c> or PowerOfTwoChoices. Only to compare with.</summary>
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

using Carousel.Core.Servers;

namespace Carousel.Core.Policies;

/// <summary>
/// The policy if none is configured: round robin by the ring, exact over all workers, while all weights are equal; weighted otherwise. Weights may
/// change at run time, so the choice is made at each pick.
/// </summary>
/// <param name="seed">Seed of the random numbers.</param>
public sealed class DefaultPolicy(ulong seed) : Policy
{
    private readonly RoundRobin _even = new();
    private readonly Weighted _uneven = new(seed);

    /// <inheritdoc/>
    public override Server? Pick(Candidates candidates, in PickInput input) =>
        candidates.AreEven ? _even.Pick(candidates, input) : _uneven.Pick(candidates, input);
}

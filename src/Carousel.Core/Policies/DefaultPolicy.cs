using Carousel.Core.Pool;

namespace Carousel.Core.Policies;

/// <summary>
/// What users expect who name no policy: equal servers take turns by the ring, which is exact over all workers, and as soon as one has another weight than
/// the others, that has its effect. Weights may change while we run, so it is asked at each pick.
/// </summary>
/// <param name="seed">Of the random numbers.</param>
public sealed class DefaultPolicy(ulong seed) : Policy
{
    private readonly RoundRobin _even = new();
    private readonly Weighted _uneven = new(seed);

    /// <inheritdoc/>
    public override Server? Pick(Candidates candidates, in PickInput input) =>
        candidates.AreEven ? _even.Pick(candidates, input) : _uneven.Pick(candidates, input);
}

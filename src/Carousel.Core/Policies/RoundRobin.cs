using Carousel.Core.Servers;

namespace Carousel.Core.Policies;

/// <summary>Round robin by the ring, which all workers share, so that the rotation is even over all of them.</summary>
public sealed class RoundRobin : Policy
{
    /// <summary>
    /// Rotation steps before a scan from the cursor. A step that meets an ineligible server moves to the next, so that the load of that server does
    /// not always fall on the same neighbour. While other workers rotate too, steps alone might never meet the one eligible server.
    /// </summary>
    private const int MaxSteps = 4;

    /// <inheritdoc/>
    public override Server? Pick(Candidates candidates, in PickInput input)
    {
        for (int step = 0; step < MaxSteps; step++)
        {
            if (candidates.Ring.Next() is not { } server)
            {
                return null;
            }
            if (input.MayTake(server))
            {
                return server;
            }
        }
        return candidates.Ring.NextWhere(input);
    }
}

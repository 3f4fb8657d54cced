using Carousel.Core.Pool;

namespace Carousel.Core.Policies;

/// <summary>Each in its turn: the ring, which all workers turn together, so that the turns of all of them are even.</summary>
public sealed class RoundRobin : Policy
{
    /// <summary>
    /// Turns before a walk from where the ring stands decides. Each turn that meets a server that may not be picked passes on to the next, so that not the
    /// same neighbour always has its share; with others turning too, turns alone might never meet the one that is free.
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

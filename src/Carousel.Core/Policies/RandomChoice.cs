using Carousel.Core.Servers;

namespace Carousel.Core.Policies;

/// <summary>A random server, in proportion to weights, independent of earlier picks.</summary>
/// <param name="seed">Seed of the random numbers.</param>
public sealed class RandomChoice(ulong seed) : Policy
{
    /// <summary>Draws of ineligible servers before a full scan; more are rare unless few servers are eligible.</summary>
    private const int MaxDraws = 4;

    private readonly WeightedDraw _draw = new(seed);

    /// <inheritdoc/>
    public override Server? Pick(Candidates candidates, in PickInput input)
    {
        if (candidates.Servers.IsEmpty)
        {
            return null;
        }
        for (int i = 0; i < MaxDraws; i++)
        {
            Server server = candidates.Servers[_draw.Next(candidates)];
            if (input.MayTake(server))
            {
                return server;
            }
        }
        int place = _draw.NextOfThose(candidates, input);
        return place < 0 ? null : candidates.Servers[place];
    }
}

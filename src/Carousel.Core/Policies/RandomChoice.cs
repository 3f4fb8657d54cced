using Carousel.Core.Pool;

namespace Carousel.Core.Policies;

/// <summary>Any server, as often as its weight says, whatever came before.</summary>
/// <param name="seed">Of the random numbers.</param>
public sealed class RandomChoice(ulong seed) : Policy
{
    /// <summary>Draws of servers that may not be picked before those that may are looked for: more than that is rare, unless few are left.</summary>
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

using Carousel.Bench.Peers;

namespace Carousel.Bench.Hostile.Trials;

/// <summary>One kind of hostility, and what is seen of it.</summary>
internal abstract class Trial
{
    public abstract string Name { get; }

    /// <summary>For the report: what is done, and what the columns say.</summary>
    public abstract string Description { get; }

    public abstract string[] Columns { get; }

    /// <summary>A cell for each column; null if the peer has nothing of the kind.</summary>
    public abstract Task<string[]?> MeasureAsync(Peer peer, Place place, CancellationToken stop);
}

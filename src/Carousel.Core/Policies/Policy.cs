using Carousel.Core.Pool;

namespace Carousel.Core.Policies;

/// <summary>
/// Chooses among servers. Each worker has one of its own, so that it may keep what it likes without a lock; what workers must agree on is in the
/// <see cref="ServerLoad"/>s and the ring. A pick allocates nothing, unless the candidates are others than the last time.
/// </summary>
public abstract class Policy
{
    /// <summary>The server for one more request; null if none of the candidates may take it. Its worker's thread only.</summary>
    public abstract Server? Pick(Candidates candidates, in PickInput input);
}

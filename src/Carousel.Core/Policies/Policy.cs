using Carousel.Core.Servers;

namespace Carousel.Core.Policies;

/// <summary>
/// Chooses a server. Each worker has its own instance, so that it can keep state without a lock; state shared by workers is in the
/// <see cref="ServerLoad"/>s and the ring. A pick allocates nothing unless the candidates have changed.
/// </summary>
public abstract class Policy
{
    /// <summary>The server for one more request; null if no candidate may take it. Its worker's thread only.</summary>
    public abstract Server? Pick(Candidates candidates, in PickInput input);
}

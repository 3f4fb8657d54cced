using Carousel.Core.Pool;

namespace Carousel.Core.Ring;

/// <summary>Which servers a walk around the ring may end at.</summary>
internal interface IServerFilter
{
    /// <summary>True if the walk may end here. Called without a lock, for any server that is in the ring or was.</summary>
    bool Takes(Server server);
}

using Carousel.Core.Servers;

namespace Carousel.Core.Ring;

/// <summary>Filters the servers at which a ring scan may stop.</summary>
internal interface IServerFilter
{
    /// <summary>True if the scan may stop here. Called without a lock, for any server that is or was in the ring.</summary>
    bool Takes(Server server);
}

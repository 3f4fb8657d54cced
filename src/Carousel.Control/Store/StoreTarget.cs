using Carousel.Core.Config;

namespace Carousel.Control.Store;

/// <summary>The selected store.</summary>
/// <param name="Address">Where to connect.</param>
/// <param name="Name">Its name in the log.</param>
/// <param name="Introduction">Logged on the first connection.</param>
/// <param name="MayBeReplaced">True if it is a local store of another process: if it stops, the balancer starts its own.</param>
internal sealed record StoreTarget(StoreAddress Address, string Name, string Introduction, bool MayBeReplaced);

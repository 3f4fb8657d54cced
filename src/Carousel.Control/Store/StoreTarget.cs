using Carousel.Core.Config;

namespace Carousel.Control.Store;

/// <summary>A store that was chosen.</summary>
/// <param name="Address">Whom to connect to.</param>
/// <param name="Name">What to call it in the log.</param>
/// <param name="Introduction">What to say of it when it is first connected.</param>
/// <param name="MayBeReplaced">True if it is somebody else's on this machine: when they leave with it, we start one.</param>
internal sealed record StoreTarget(StoreAddress Address, string Name, string Introduction, bool MayBeReplaced);

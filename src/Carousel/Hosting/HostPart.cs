namespace Carousel.Hosting;

/// <summary>One part of a <see cref="Host"/>.</summary>
/// <param name="Name">For error messages.</param>
/// <param name="Start">
/// Starts it, on the host's thread, which it may block. Throws <see cref="StartException"/> if it can't start for a reason outside of this program. Null if there is nothing
/// to start.
/// </param>
/// <param name="Stop">Stops it and releases what it holds; called only if it was started. Null if there is nothing to stop.</param>
internal sealed record HostPart(string Name, Action? Start = null, Action? Stop = null);

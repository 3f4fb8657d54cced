using Carousel.Core.Config;

namespace Carousel;

/// <summary>The file that a balancer's servers come from, so that it can be read again.</summary>
/// <param name="Path">As it was named.</param>
/// <param name="Text">What it said at the start.</param>
internal sealed record ServersSource(string Path, ServersText Text)
{
    /// <summary>Where the last good list is kept; null for nowhere.</summary>
    public LastGoodFile? LastGood { get; init; }

    /// <summary>The list to start with, if it is the last good one, since the file is bad; else null.</summary>
    public ServersFile? StartsWith { get; init; }
}

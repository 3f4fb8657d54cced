using Carousel.Core.Config;

namespace Carousel.Files;

/// <summary>The file of a balancer's servers, which can be read again.</summary>
/// <param name="Path">The path as given.</param>
/// <param name="Text">Its text at the start.</param>
internal sealed record ServersSource(string Path, ServersText Text)
{
    /// <summary>The copy of the last good list; null if not kept.</summary>
    public LastGoodFile? LastGood { get; init; }

    /// <summary>The last good list, if the file is bad and the balancer starts with that list; else null.</summary>
    public ServersFile? StartsWith { get; init; }
}

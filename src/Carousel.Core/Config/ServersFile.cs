using System.Collections.Immutable;

namespace Carousel.Core.Config;

/// <summary>What a servers.txt says: its servers in the order of the file, or everything that is wrong with it. Never both.</summary>
/// <param name="Servers">Empty if there are errors.</param>
/// <param name="Errors">In the order of the file; empty if there are servers.</param>
public sealed record ServersFile(ImmutableArray<ServerEntry> Servers, ImmutableArray<ConfigError> Errors)
{
    /// <summary>True if the file can be used.</summary>
    public bool IsValid => Errors.IsEmpty;
}

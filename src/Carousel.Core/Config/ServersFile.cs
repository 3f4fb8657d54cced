using System.Collections.Immutable;

namespace Carousel.Core.Config;

/// <summary>What a servers.txt says: its servers in the order of the file, or everything that is wrong with it. Never both.</summary>
/// <param name="Servers">Empty if there are errors.</param>
/// <param name="Errors">In the order of the file; empty if there are servers.</param>
public sealed record ServersFile(ImmutableArray<ServerEntry> Servers, ImmutableArray<ConfigError> Errors)
{
    /// <summary>True if the file can be used.</summary>
    public bool IsValid => Errors.IsEmpty;

    /// <summary>A file that is no list of servers at all has an error a line; the first screens of them will do.</summary>
    private const int MaxShown = 100;

    /// <summary>What is wrong, a line an error, in the order of the file.</summary>
    /// <param name="path">What the file is called.</param>
    public IEnumerable<string> ErrorLines(string path)
    {
        foreach (ConfigError error in Errors.Take(MaxShown))
        {
            yield return error.Format(path);
        }
        if (Errors.Length > MaxShown)
        {
            yield return $"{path}: {Errors.Length - MaxShown} more errors";
        }
    }
}

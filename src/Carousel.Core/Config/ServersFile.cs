using System.Collections.Immutable;

namespace Carousel.Core.Config;

/// <summary>The content of a servers.txt: its servers in file order, or all its errors. Never both.</summary>
/// <param name="Servers">Empty if there are errors.</param>
/// <param name="Errors">In file order; empty if there are servers.</param>
public sealed record ServersFile(ImmutableArray<ServerEntry> Servers, ImmutableArray<ConfigError> Errors)
{
    /// <summary>True if there are no errors.</summary>
    public bool IsValid => Errors.IsEmpty;

    /// <summary>Limit for files that are not lists of servers and have an error on every line.</summary>
    private const int MaxShown = 100;

    /// <summary>The errors in file order, one line each.</summary>
    /// <param name="path">The file's name in the output.</param>
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

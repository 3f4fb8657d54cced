using Carousel.Core.Config;

namespace Carousel.Core.Pools;

/// <summary>Merges a changed list of servers with changes made per server at run time (docs/decisions/0014-admin-changes.md). Pure.</summary>
internal static class ListMerge
{
    /// <summary>
    /// A server with a new or changed line gets the options of the line. A server with an unchanged line keeps its run-time options, or stays
    /// removed. A server added at run time without a line stays; one that lost its line is not in the result. Never empty: if the result would be,
    /// the new list is used as it is.
    /// </summary>
    /// <param name="before">The previous list.</param>
    /// <param name="now">The new list.</param>
    /// <param name="set">The current entries of the pool's servers that are not leaving.</param>
    public static IReadOnlyList<ServerEntry> Of(IReadOnlyList<ServerEntry> before, IReadOnlyList<ServerEntry> now, IReadOnlyList<ServerEntry> set)
    {
        Dictionary<ServerAddress, ServerEntry> was = before.ToDictionary(entry => entry.Address);
        Dictionary<ServerAddress, ServerEntry> isSet = set.ToDictionary(entry => entry.Address);
        var merged = new List<ServerEntry>(now.Count);
        foreach (ServerEntry entry in now)
        {
            bool isAsItWas = was.TryGetValue(entry.Address, out ServerEntry? old) && old with { Line = entry.Line } == entry;
            if (!isAsItWas)
            {
                merged.Add(entry);
            }
            else if (isSet.TryGetValue(entry.Address, out ServerEntry? held))
            {
                merged.Add(held with { Line = entry.Line });
            }
        }
        HashSet<ServerAddress> listed = [.. before.Concat(now).Select(entry => entry.Address)];
        merged.AddRange(set.Where(entry => !listed.Contains(entry.Address)));
        return merged.Count == 0 ? now : merged;
    }
}

using Carousel.Core.Config;

namespace Carousel.Core.Pool;

/// <summary>A list of servers that has changed, and what was set server by server meanwhile, as one list (docs/decisions/0014-admin-changes.md). Pure.</summary>
internal static class ListMerge
{
    /// <summary>
    /// Whose line is new or another than before has what it says now; whose line is as it was keeps what was set of it, or stays away; who was added without a
    /// line stays, and who lost their line is not in it. Never empty: a list that would be is taken as it is.
    /// </summary>
    /// <param name="before">The list as it was.</param>
    /// <param name="now">The list as it is.</param>
    /// <param name="set">What is set now, of those that are not leaving.</param>
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

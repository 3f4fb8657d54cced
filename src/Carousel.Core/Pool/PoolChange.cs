using System.Collections.Immutable;
using Carousel.Core.Config;

namespace Carousel.Core.Pool;

/// <summary>What a new list of servers changed in the pool. A line that only moved is no change.</summary>
/// <param name="Added">New to the pool.</param>
/// <param name="Returned">They were leaving, and stay.</param>
/// <param name="Leaving">They are listed no more.</param>
/// <param name="Changed">Their lines say something else than before.</param>
public sealed record PoolChange(
    ImmutableArray<Server> Added, ImmutableArray<Server> Returned, ImmutableArray<Server> Leaving, ImmutableArray<ChangedServer> Changed)
{
    /// <summary>More servers than this are counted only: it is to be one line.</summary>
    private const int MaxNamed = 10;

    /// <summary>True if nothing changed.</summary>
    public bool IsEmpty => Added.IsEmpty && Returned.IsEmpty && Leaving.IsEmpty && Changed.IsEmpty;

    /// <summary>For people: <c>added http://a:80; draining http://b:80; changed http://c:80 (weight 1 -> 3)</c>.</summary>
    public override string ToString()
    {
        string[] parts =
        [
            List("added", Added.Select(server => server.Entry.Label)),
            List("took back", Returned.Select(server => server.Entry.Label)),
            List("draining", Leaving.Select(server => server.Entry.Label)),
            List("changed", Changed.Select(changed => changed.ToString())),
        ];
        return IsEmpty ? "nothing has changed" : string.Join("; ", parts.Where(part => part.Length != 0));
    }

    private static string List(string what, IEnumerable<string> servers)
    {
        string[] all = [.. servers];
        string named = string.Join(", ", all.Take(MaxNamed));
        return all.Length == 0 ? "" : all.Length <= MaxNamed ? $"{what} {named}" : $"{what} {named} and {all.Length - MaxNamed} more";
    }
}

/// <summary>A server whose line says something else than before.</summary>
/// <param name="Server">It is the same server.</param>
/// <param name="Before">What its line said.</param>
/// <param name="After">What it says now.</param>
public readonly record struct ChangedServer(Server Server, ServerEntry Before, ServerEntry After)
{
    /// <summary>For people: <c>http://c:80 (weight 1 -> 3, no backup)</c>.</summary>
    public override string ToString()
    {
        string[] options =
        [
            Values("weight", Before.Weight, After.Weight),
            Values("max", Before.MaxRequests?.ToString() ?? "none", After.MaxRequests?.ToString() ?? "none"),
            Word("backup", Before.Backup, After.Backup),
            Word("drain", Before.Drain, After.Drain),
            Values("name", Before.Name, After.Name),
        ];
        return $"{After.Label} ({string.Join(", ", options.Where(option => option.Length != 0))})";
    }

    private static string Values<T>(string what, T before, T after) => Equals(before, after) ? "" : $"{what} {before} -> {after}";

    private static string Word(string word, bool before, bool after) => before == after ? "" : after ? word : $"no {word}";
}

using System.Collections.Immutable;
using Carousel.Core.Config;
using Carousel.Core.Servers;

namespace Carousel.Core.Pools;

/// <summary>The changes that a new list of servers made in the pool. A moved line is not a change.</summary>
/// <param name="Added">New servers.</param>
/// <param name="Returned">Servers that were leaving and are listed again.</param>
/// <param name="Leaving">Servers that are no longer listed.</param>
/// <param name="Changed">Servers whose options changed.</param>
public sealed record PoolChange(
    ImmutableArray<Server> Added, ImmutableArray<Server> Returned, ImmutableArray<Server> Leaving, ImmutableArray<ChangedServer> Changed)
{
    /// <summary>Servers beyond this number are only counted, to keep the text on one line.</summary>
    private const int MaxNamed = 10;

    /// <summary>True if nothing changed.</summary>
    public bool IsEmpty => Added.IsEmpty && Returned.IsEmpty && Leaving.IsEmpty && Changed.IsEmpty;

    /// <summary>Text for the log: <c>added http://a:80; draining http://b:80; changed http://c:80 (weight 1 -> 3)</c>.</summary>
    public override string ToString()
    {
        string[] parts =
        [
            List("added", Added.Select(server => server.Entry.Label)),
            List("restored", Returned.Select(server => server.Entry.Label)),
            List("draining", Leaving.Select(server => server.Entry.Label)),
            List("changed", Changed.Select(changed => changed.ToString())),
        ];
        return IsEmpty ? "no changes" : string.Join("; ", parts.Where(part => part.Length != 0));
    }

    private static string List(string what, IEnumerable<string> servers)
    {
        string[] all = [.. servers];
        string named = string.Join(", ", all.Take(MaxNamed));
        return all.Length == 0 ? "" : all.Length <= MaxNamed ? $"{what} {named}" : $"{what} {named} and {all.Length - MaxNamed} more";
    }
}

/// <summary>A server whose options changed.</summary>
/// <param name="Server">The server.</param>
/// <param name="Before">The options before.</param>
/// <param name="After">The options now.</param>
public readonly record struct ChangedServer(Server Server, ServerEntry Before, ServerEntry After)
{
    /// <summary>Text for the log: <c>http://c:80 (weight 1 -> 3, no backup)</c>.</summary>
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

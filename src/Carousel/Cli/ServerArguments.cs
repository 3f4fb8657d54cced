using System.Collections.Immutable;
using Carousel.Core.Config;

namespace Carousel.Cli;

/// <summary>
/// Servers on the command line: <c>carousel http://localhost:3001 :3002 "http://10.0.0.7:8000 weight=2"</c>. Each argument is a line of servers.txt, except a word alone: that is a mistyped
/// command or an option without its server (docs/decisions/0023-servers-as-arguments.md). Pure.
/// </summary>
internal static class ServerArguments
{
    private const string Example = "http://localhost:3001";

    /// <summary>What is wrong with a command line that names no servers: the ways to name them.</summary>
    public const string Missing = $"which servers? As arguments: carousel {Example} :3002; in a file, one per line: carousel -f servers.txt; or with servers of its own, to try it: carousel demo";

    /// <summary>The servers; empty if anything is wrong, which goes to the errors.</summary>
    /// <param name="arguments">At least one.</param>
    /// <param name="commands">The names of all commands.</param>
    /// <param name="errors">Takes a line for each error, in the order of the arguments.</param>
    public static ImmutableArray<ServerEntry> Read(IReadOnlyList<string> arguments, IReadOnlyList<string> commands, List<string> errors)
    {
        ServersFile list = ServersParser.ParseArguments(arguments);
        int before = errors.Count;
        for (int i = 0; i < arguments.Count; i++)
        {
            string[] found = NoServer(arguments, i, commands) is { } error ? [error]
                : [.. list.Errors.Where(error => error.Line == i + 1).Select(error => error.FormatArgument())];
            errors.AddRange(found);
        }
        return errors.Count == before ? list.Servers : [];
    }

    /// <summary>What is wrong with arguments beside a file: which of the two is meant can't be known.</summary>
    public static IEnumerable<string> BesideFile(IReadOnlyList<string> arguments, string fileFlag, IReadOnlyList<string> commands) =>
        arguments.Select(argument => Mistyped(argument, commands)
            ?? $"unexpected {Quote.Of(argument)}: the servers are those of {fileFlag}: if this is one, add it there, or leave {fileFlag} out");

    /// <summary>What an argument is instead of a server; null if it is one, or tries to be.</summary>
    private static string? NoServer(IReadOnlyList<string> arguments, int index, IReadOnlyList<string> commands)
    {
        string argument = arguments[index];
        if (ServerLineOption.IsOne(argument))
        {
            string server = arguments.Take(index).LastOrDefault(before => !ServerLineOption.IsOne(before)) ?? Example;
            return $"unexpected {Quote.Of(argument)}: an option stands in quotes with its server, as in {Quote.Of($"{server} {argument}")}";
        }
        if (argument.Contains('\n'))
        {
            return $"argument {index + 1} has several lines: each server is an argument of its own, or a line of a file: carousel -f servers.txt";
        }
        if (LooksLikeFile(argument))
        {
            return $"unexpected {Quote.Of(argument)}: a file of servers is named with -f: carousel -f {argument}";
        }
        return !IsWord(argument) ? null
            : Mistyped(argument, commands) ?? $"unexpected {Quote.Of(argument)}: there is no such command (carousel --help lists them), and a server of that name is written {argument}:80";
    }

    private static string? Mistyped(string argument, IReadOnlyList<string> commands) =>
        Suggestion.For(argument, commands) is { } name ? $"unexpected {Quote.Of(argument)}: did you mean \"{name}\"?" : null;

    /// <summary>No server has a path, and no name on the internet ends so.</summary>
    private static bool LooksLikeFile(string argument) =>
        argument.AsSpan().IndexOfAny(":[ \t") < 0 && (argument.AsSpan().TrimEnd('/').Contains('/') || argument.EndsWith(".txt", StringComparison.OrdinalIgnoreCase));

    /// <summary>Without a dot, a port or anything else that commands don't have.</summary>
    private static bool IsWord(string argument) =>
        argument.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}

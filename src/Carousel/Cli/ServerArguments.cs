using System.Collections.Immutable;
using Carousel.Core.Config;

namespace Carousel.Cli;

/// <summary>
/// Servers on the command line: <c>carousel http://localhost:3001 :3002 "http://10.0.0.7:8000 weight=2"</c>. Each argument is a line of servers.txt. A single word is not: it is a mistyped
/// command or an option without its server (docs/decisions/0023-servers-as-arguments.md). Pure.
/// </summary>
internal static class ServerArguments
{
    private const string Example = "http://localhost:3001";

    /// <summary>The error for a command line without servers, with the ways to name them.</summary>
    public const string Missing = $"no servers: give them as arguments (carousel {Example} :3002) or in a file, one per line (carousel -f servers.txt), or try carousel demo";

    /// <summary>The servers; empty if there are errors.</summary>
    /// <param name="arguments">At least one.</param>
    /// <param name="commands">The names of all commands.</param>
    /// <param name="errors">Receives a line for each error, in the order of the arguments.</param>
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

    /// <summary>The errors for arguments in addition to a file: it is unclear which of the two is meant.</summary>
    public static IEnumerable<string> BesideFile(IReadOnlyList<string> arguments, string fileFlag, IReadOnlyList<string> commands) =>
        arguments.Select(argument => Mistyped(argument, commands)
            ?? $"unexpected {Quote.Of(argument)}: servers are read from {fileFlag}: add it there, or leave {fileFlag} out");

    /// <summary>The error for an argument that is not meant as a server; null if it is.</summary>
    private static string? NoServer(IReadOnlyList<string> arguments, int index, IReadOnlyList<string> commands)
    {
        string argument = arguments[index];
        if (ServerLineOption.IsOne(argument))
        {
            string server = arguments.Take(index).LastOrDefault(before => !ServerLineOption.IsOne(before)) ?? Example;
            return $"unexpected {Quote.Of(argument)}: quote an option with its server, as in {Quote.Of($"{server} {argument}")}";
        }
        if (argument.Contains('\n'))
        {
            return $"argument {index + 1} has several lines: pass each server as its own argument, or use a file: carousel -f servers.txt";
        }
        if (LooksLikeFile(argument))
        {
            return $"unexpected {Quote.Of(argument)}: a file needs -f: carousel -f {argument}";
        }
        return !IsWord(argument) ? null
            : Mistyped(argument, commands) ?? $"unexpected {Quote.Of(argument)}: no such command (see carousel --help); a server of that name is written {argument}:80";
    }

    private static string? Mistyped(string argument, IReadOnlyList<string> commands) =>
        Suggestion.For(argument, commands) is { } name ? $"unexpected {Quote.Of(argument)}: did you mean \"{name}\"?" : null;

    /// <summary>Servers have no path, and .txt is no top-level domain.</summary>
    private static bool LooksLikeFile(string argument) =>
        argument.AsSpan().IndexOfAny(":[ \t") < 0 && (argument.AsSpan().TrimEnd('/').Contains('/') || argument.EndsWith(".txt", StringComparison.OrdinalIgnoreCase));

    /// <summary>Only characters of command names: no dot, no port.</summary>
    private static bool IsWord(string argument) =>
        argument.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}

using System.CommandLine;

namespace Carousel.Cli;

/// <summary>Completions of a command line. Pure: the names of servers are looked up by the caller.</summary>
/// <param name="Words">Words that fit, each with its description or an empty text.</param>
/// <param name="Files">True if a file path fits, too.</param>
/// <param name="Servers">True if a server name fits, too.</param>
internal sealed record Completion(IReadOnlyList<(string Word, string What)> Words, bool Files = false, bool Servers = false)
{
    /// <summary>The command that shells call: <c>carousel complete WORD...</c>; the last word is incomplete.</summary>
    public const string Command = "complete";

    private static readonly Completion Nothing = new([]);

    private static readonly string[] TakeServer = ["drain", "undrain", "weight", "remove"], TakeFile = ["check"];

    /// <summary>The completions of these words.</summary>
    /// <param name="words">The words after <c>carousel</c>; the last one is incomplete and may be empty.</param>
    /// <param name="root">All commands.</param>
    /// <param name="flagsOf">The flags of a command.</param>
    /// <param name="helpCommand">The command <c>help</c>, whose arguments are commands.</param>
    public static Completion Of(IReadOnlyList<string> words, Command root, Func<Command, IReadOnlyList<Flag>> flagsOf, Command helpCommand)
    {
        string current = words.Count == 0 ? "" : words[^1];
        Command command = root, described = root;
        Flag? waiting = null;
        int plain = 0;
        foreach (string word in words.SkipLast(1))
        {
            bool isValue = waiting is not null;
            // Flags of a balancer count as well: its file lists the servers.
            waiting = isValue ? null : flagsOf(command).Concat(flagsOf(root)).FirstOrDefault(flag => (flag.Name == word || flag.Alias == word) && flag.ValueName is not null);
            if (isValue || word.StartsWith('-'))
            {
                continue;
            }
            Command? next = (command == helpCommand ? described : command).Subcommands.FirstOrDefault(subcommand => subcommand.Name == word);
            (command, described, plain) = next is null ? (command, described, plain + 1) : command == helpCommand ? (command, next, plain) : (next, described, 0);
        }
        return waiting is not null ? OfValue(waiting, "")
            : current.StartsWith('-') ? OfFlag(current, flagsOf(command))
            : command == helpCommand ? OfCommand(described)
            : plain == 0 && TakeServer.Contains(command.Name) ? Nothing with { Servers = true }
            : plain == 0 && TakeFile.Contains(command.Name) ? Nothing with { Files = true }
            : plain == 0 ? OfCommand(command)
            : command.Name == "add" ? new Completion([.. ServerLineOption.All.Select(option => (option.Word, option.Description))])
            : Nothing;
    }

    private static Completion OfCommand(Command command) => new([.. command.Subcommands.Select(subcommand => (subcommand.Name, ""))]);

    private static Completion OfFlag(string current, IReadOnlyList<Flag> flags)
    {
        int equals = current.IndexOf('=');
        return equals < 0 ? new Completion([.. flags.Select(flag => (flag.Name, flag.Description)), ("--help", "show this help")])
            : flags.FirstOrDefault(flag => flag.Name == current[..equals] && flag.ValueName is not null) is { } flag ? OfValue(flag, current[..(equals + 1)])
            : Nothing;
    }

    /// <param name="flag">The flag.</param>
    /// <param name="before">The text before the value in the same word.</param>
    private static Completion OfValue(Flag flag, string before) =>
        new([.. flag.Words.Select(word => (before + word, ""))], Files: before.Length == 0 && flag.ValueName is "FILE" or "DIR" or "WHERE");
}

using System.CommandLine;
using Carousel.Core.Config;

namespace Carousel.Cli;

/// <summary>The command line of <c>carousel session</c>.</summary>
internal sealed class SessionCommandLine
{
    private const int DefaultLimit = 20;

    private readonly StoreFlags _store;
    private readonly Command _list = new("list");
    private readonly Command _show = new("show");
    private readonly Flag<int> _limit = new("--limit", null, "N", "list: most sessions shown", $"{DefaultLimit}", ValueReaders.Number(1, 10_000));

    public SessionCommandLine(StoreFlags store)
    {
        _store = store;
        Command.Add(_list);
        Command.Add(_show);
        foreach (Flag flag in store.Where)
        {
            _list.Add(flag.Option);
            _show.Add(flag.Option);
        }
        _list.Add(_limit.Option);
        // Without an action the parser requires a subcommand.
        Command.SetAction(_ => { });
    }

    /// <summary><c>session</c></summary>
    public Command Command { get; } = new("session");

    public IReadOnlyList<Command> Commands => [Command, _list, _show];

    public string Help => Cli.Help.Session([.. _store.Where, _limit]);

    /// <summary>The flags of a command, in the order of --help.</summary>
    public IReadOnlyList<Flag> FlagsOf(Command command) => command == _list ? [.. _store.Where, _limit] : command == _show ? _store.Where : [];

    public bool Has(Command command) => Commands.Contains(command);

    /// <summary>The request.</summary>
    /// <param name="result">The parse result.</param>
    /// <param name="addUnknown">Reports unknown tokens.</param>
    public Request Read(ParseResult result, Action<IReadOnlyList<string>, List<string>> addUnknown)
    {
        Command command = result.CommandResult.Command;
        var errors = new List<string>();
        List<string> unmatched = [.. result.UnmatchedTokens];
        string? shown = null;
        int at = unmatched.FindIndex(token => !token.StartsWith('-'));
        if (command == _show && at >= 0)
        {
            shown = unmatched[at];
            unmatched.RemoveAt(at);
        }
        if (command == Command && unmatched is [var word, ..] && !word.StartsWith('-'))
        {
            errors.Add($"carousel session {Quote.Of(word)}: expected list or show");
        }
        else
        {
            addUnknown(unmatched, errors);
            if (command == Command)
            {
                errors.Add("expected carousel session list or carousel session show ID");
            }
            else if (command == _show && shown is null && errors.Count == 0)
            {
                errors.Add("no session: expected carousel session show ID, or a cookie's value");
            }
        }
        errors.AddRange(result.Errors.Select(error => error.Message));
        StoreAddress store = _store.ReadAddress(result, errors);
        if (store.Kind == StoreKind.None && errors.Count == 0)
        {
            errors.Add($"{_store.Store.Name} none: there is no store to read");
        }
        int limit = command == _list ? _limit.Read(result, DefaultLimit, errors) : DefaultLimit;
        string? passwordFile = _store.ReadPasswordFile(result, errors);
        return errors.Count == 0 ? new Request.Sessions(store, passwordFile, shown, limit) : new Request.Invalid(errors);
    }
}

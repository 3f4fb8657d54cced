using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Carousel.Control.Store.Embedded;
using Carousel.Core.Config;

namespace Carousel.Cli;

/// <summary>Parses arguments into a <see cref="Request"/>. Pure: prints nothing, does nothing.</summary>
internal sealed class CommandLine
{
    private static readonly ParserConfiguration Configuration = new() { ResponseFileTokenReplacer = null };

    private readonly RunFlags _flags = new();
    private readonly Switch _help = new("--help", "-h", "show this help");
    private readonly Switch _version = new("--version", "-v", "show the version");
    private readonly Command _helpCommand = new("help");
    private readonly Command _versionCommand = new("version");
    private readonly DemoServerCommandLine _demoServer = new();
    private readonly Command _check;
    private readonly Command _demo;
    private readonly SessionCommandLine _session;
    private readonly AdminCommandLine _admin = new();
    private readonly RootCommand _root = new();

    private CommandLine()
    {
        _root.Options.Clear();
        _root.Directives.Clear();
        _check = new Command("check") { _flags.File.Option };
        _demo = new Command("demo");
        foreach (Flag flag in _flags.OfDemo)
        {
            _demo.Add(flag.Option);
        }
        _session = new SessionCommandLine(_flags.Store);
        foreach (Flag flag in RunFlags())
        {
            _root.Add(flag.Option);
        }
        _root.Add(_check);
        _root.Add(_demo);
        _root.Add(_demoServer.Command);
        _root.Add(_session.Command);
        _root.Add(_helpCommand);
        _root.Add(_versionCommand);
        foreach (Command command in _admin.Commands)
        {
            _root.Add(command);
        }
        foreach (Command command in (Command[])[_root, _check, _demo, _demoServer.Command, _helpCommand, _versionCommand, .. _session.Commands, .. _admin.Commands])
        {
            // Unknown tokens are reported below, with a remedy.
            command.TreatUnmatchedTokensAsErrors = false;
        }
        // Without an action the parser requires a subcommand. It is never invoked: see Read.
        _root.SetAction(_ => { });
        _help.Option.Recursive = true;
        _root.Add(_help.Option);
        _root.Add(_version.Option);
    }

    /// <summary>The request that these arguments make.</summary>
    public static Request Parse(string[] args)
    {
        if (args is [Completion.Command, .. var words])
        {
            // An incomplete command line may be invalid.
            return new Request.Complete(words);
        }
        var line = new CommandLine();
        return line.Read(CommandLineParser.Parse(line._root, args, Configuration));
    }

    /// <summary>The completions of these words.</summary>
    public static Completion Complete(IReadOnlyList<string> words)
    {
        var line = new CommandLine();
        return Completion.Of(words, line._root, line.FlagsOf, line._helpCommand);
    }

    private IReadOnlyList<Flag> FlagsOf(Command command) => command == _root ? [.. RunFlags(), _version]
        : command == _check ? [_flags.File]
        : command == _demo ? _flags.OfDemo
        : command == _demoServer.Command ? _demoServer.Flags
        : _session.Has(command) ? _session.FlagsOf(command)
        : _admin.Has(command) ? _admin.FlagsOf(command.Name)
        : [];

    private IEnumerable<Flag> RunFlags() => _flags.Groups.SelectMany(group => group.Flags);

    private Request Read(ParseResult result)
    {
        Command command = result.CommandResult.Command;
        if (_help.IsGiven(result))
        {
            return new Request.Print(HelpOf(command));
        }
        if (_version.IsGiven(result))
        {
            return new Request.Print(ProductVersion.Line);
        }
        if (command == _helpCommand)
        {
            return ReadHelp([.. result.UnmatchedTokens]);
        }
        if (WordBeforeCommand(result) is { } misplaced)
        {
            return new Request.Invalid([misplaced]);
        }
        var errors = new List<string>();
        if (_session.Has(command))
        {
            return _session.Read(result, (tokens, errors) => AddUnknown(tokens, command, errors));
        }
        if (_admin.Has(command))
        {
            return _admin.Read(result, (tokens, errors) => AddUnknown(tokens, command, errors));
        }
        List<string> words = TakeFlags(result.UnmatchedTokens, command, errors);
        if (command != _root && command != _check)
        {
            errors.AddRange(words.Select(word => Unexpected(word, command)));
        }
        errors.AddRange(result.Errors.Select(error => error.Message));
        Request request = command == _demo ? ReadDemo(result, errors)
            : command == _demoServer.Command ? _demoServer.Read(result, errors)
            : command == _versionCommand ? new Request.Print(ProductVersion.Line)
            : command == _check ? ReadCheck(result, words, errors)
            : ReadRun(result, words, errors);
        if (errors.Count == 0 && request is Request.Run or Request.Demo)
        {
            errors.AddRange(RunFlagRules.Of(_flags).Broken(result));
        }
        return errors.Count == 0 ? request : new Request.Invalid(errors);
    }

    private string HelpOf(Command command) => command == _check ? Help.Check(_flags)
        : command == _demo ? Help.Demo(_flags)
        : command == _demoServer.Command ? Help.DemoServer(_demoServer.Flags)
        : _session.Has(command) ? _session.Help
        : _admin.Has(command) ? _admin.Help(command)
        : Help.Root(_flags, _help, _version);

    /// <summary><c>carousel help</c>, and <c>carousel help session list</c></summary>
    private Request ReadHelp(List<string> words)
    {
        Command command = _root;
        foreach (string word in words)
        {
            Command? next = command.Subcommands.FirstOrDefault(subcommand => subcommand.Name == word);
            if (next is null)
            {
                string remedy = Suggestion.For(word, command.Subcommands.Select(subcommand => subcommand.Name)) is { } name
                    ? $"did you mean \"{name}\"?"
                    : "carousel help lists all commands";
                return new Request.Invalid([$"there is no command {Quote.Of(word)}: {remedy}"]);
            }
            command = next;
        }
        return new Request.Print(HelpOf(command));
    }

    private Request.Run ReadRun(ParseResult result, List<string> words, List<string> errors)
    {
        string? file = _flags.File.IsGiven(result) ? _flags.File.Read(result, "", errors) : null;
        ImmutableArray<ServerEntry> servers = ReadServers(file, words, errors);
        TelemetrySettings telemetry = _flags.Telemetry.Read(result, errors);
        return new Request.Run(file, servers, new RunSettings
        {
            Engine = _flags.ReadEngine(result, errors) with { TraceShare = telemetry.TraceShare },
            Pool = _flags.ReadPool(result, errors),
            Store = _flags.Store.ReadAddress(result, errors),
            StorePasswordFile = _flags.Store.ReadPasswordFile(result, errors),
            EmbeddedStore = _flags.Store.ReadEmbedded(result, errors),
            MaxConnections = _flags.MaxConnections.IsGiven(result) ? _flags.MaxConnections.Read(result, 1, errors) : null,
            LastGood = _flags.ReadLastGood(result, errors),
            Watch = _flags.Watch.Read(result, true, errors),
            ResolveInterval = _flags.ResolveInterval.Read(result, RunSettings.DefaultResolveInterval, errors),
            DrainTimeout = _flags.DrainTimeout.Read(result, RunSettings.DefaultDrainTimeout, errors),
            Admin = _flags.Admin.Read(result, errors),
            IsAdminGiven = _flags.Admin.Admin.IsGiven(result),
            AdminTokenFile = _flags.Admin.ReadTokenFile(result, errors),
            Save = _flags.Admin.Save.IsGiven(result),
            Described = _flags.Describe(result),
            Telemetry = telemetry,
            Log = _flags.ReadLog(result, errors),
        });
    }

    /// <summary>A demo has a short drain: no client depends on its responses.</summary>
    private Request.Demo ReadDemo(ParseResult result, List<string> errors) =>
        new(new RunSettings
        {
            Engine = _flags.ReadEngine(result, errors),
            Pool = _flags.ReadPool(result, errors),
            Store = _flags.Store.ReadAddress(result, errors),
            EmbeddedStore = new EmbeddedStoreOptions { WhyInMemory = "a demo keeps nothing" },
            Admin = _flags.Admin.Read(result, errors),
            IsAdminGiven = _flags.Admin.Admin.IsGiven(result),
            Described = _flags.Describe(result),
            Log = _flags.ReadLog(result, errors),
            DrainTimeout = TimeSpan.FromSeconds(1),
        });

    /// <summary>The servers of the command line; empty if a file lists them. Problems are added to the errors.</summary>
    private ImmutableArray<ServerEntry> ReadServers(string? file, List<string> words, List<string> errors)
    {
        string[] commands = [.. _root.Subcommands.Select(subcommand => subcommand.Name)];
        if (file is not null)
        {
            errors.AddRange(ServerArguments.BesideFile(words, _flags.File.Name, commands));
            return [];
        }
        if (words.Count != 0)
        {
            return ServerArguments.Read(words, commands, errors);
        }
        if (errors.Count == 0)
        {
            // With other errors, the servers may be among the unknown tokens.
            errors.Add(ServerArguments.Missing);
        }
        return [];
    }

    /// <summary><c>carousel check servers.txt</c>, or with <c>-f</c>.</summary>
    private Request.Check ReadCheck(ParseResult result, List<string> words, List<string> errors)
    {
        bool isGiven = _flags.File.IsGiven(result);
        string file = isGiven ? _flags.File.Read(result, "", errors) : words.FirstOrDefault("");
        errors.AddRange(words.Skip(isGiven ? 0 : 1).Select(word => $"unexpected {Quote.Of(word)}: carousel check reads one file"));
        if (file.Length == 0 && errors.Count == 0)
        {
            errors.Add("no file: name one, as in carousel check servers.txt");
        }
        return new Request.Check(file);
    }

    /// <summary>The error for a word before a command, which the parser would move behind it: <c>:3001 drain</c> would become <c>drain :3001</c>. Null if there is none.</summary>
    private string? WordBeforeCommand(ParseResult result)
    {
        bool IsCommand(Token token) => token.Type == TokenType.Command && token.Value != _root.Name;

        if (result.Tokens.FirstOrDefault(IsCommand)?.Value is not { } command)
        {
            return null;
        }
        bool isValue = false;
        foreach (Token token in result.Tokens.TakeWhile(token => !IsCommand(token)))
        {
            if (token.Type == TokenType.Argument && !isValue && !token.Value.StartsWith('-'))
            {
                string option = ServerLineOption.IsOne(command) ? $"; quote an option with its server, as in {Quote.Of($"{token.Value} {command}")}" : "";
                return $"unexpected {Quote.Of(token.Value)} before the command {command}: put the command first{option}";
            }
            isValue = token.Value.StartsWith('-') && !RunFlags().Any(flag => flag is Switch && flag.Name == token.Value);
        }
        return null;
    }

    private void AddUnknown(IReadOnlyList<string> tokens, Command command, List<string> errors) =>
        errors.AddRange(TakeFlags(tokens, command, errors).Select(word => Unexpected(word, command)));

    /// <summary>Reports the flags among these tokens as unknown; returns the other tokens, except probable values of such flags.</summary>
    private List<string> TakeFlags(IReadOnlyList<string> tokens, Command command, List<string> errors)
    {
        var words = new List<string>();
        bool afterFlag = false;
        foreach (string token in tokens)
        {
            bool isFlag = token.StartsWith('-');
            if (isFlag)
            {
                errors.Add(UnknownFlag(token, command));
            }
            else if (!afterFlag)
            {
                words.Add(token);
            }
            afterFlag = isFlag;
        }
        return words;
    }

    private string Unexpected(string token, Command command) => $"unexpected {Quote.Of(token)}: carousel {NameOf(command)} --help lists its arguments";

    private string UnknownFlag(string token, Command command)
    {
        string flag = token.Split('=', ':')[0];
        IEnumerable<string> known = command.Options.Select(option => option.Name);
        string hint = Suggestion.For(flag, known) is { } close ? $"did you mean {close}?"
            : command is RootCommand ? "carousel --help lists all flags"
            : $"carousel {NameOf(command)} --help lists its flags";
        return $"unknown flag {Quote.Of(flag)}: {hint}";
    }

    private string NameOf(Command command) => _session.Has(command) ? _session.Command.Name : command.Name;
}

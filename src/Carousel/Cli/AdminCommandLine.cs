using System.CommandLine;
using System.Globalization;
using Carousel.Control.Admin;
using Carousel.Core.Config;

namespace Carousel.Cli;

/// <summary>The commands for a running balancer.</summary>
internal sealed class AdminCommandLine
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private readonly Flag<string> _admin = new("--admin", null, "ADDRESS", "host and port of the balancer's admin side; a port alone means localhost", $"{AdminOptions.Default}",
        new ValueReader<string>($"a host and a port such as {AdminOptions.Default}", TryAddress));

    private readonly Flag<string> _tokenFile = new("--admin-token-file", null, "FILE", "file with the admin token in its first line", null, ValueReaders.Path);

    private readonly Switch _json = new("--json", null, "print JSON");
    private readonly Switch _wait = new("--wait", null, "wait until the server has no request in flight and, with sticky sessions, no session");

    private readonly Switch _force = new("--force", null, "even if no server is left for requests: clients then get 503");

    private readonly Flag<TimeSpan> _timeout = new("--timeout", null, "TIME", "with --wait: the longest wait", Durations.Format(DefaultTimeout),
        ValueReaders.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)));

    private readonly Switch _ready = new("--ready", null, "succeed only if a server accepts requests and the balancer is not shutting down");
    private readonly Flag<string> _url = new("--url", null, "URL", "URL or path of the request", null, ValueReaders.Path);
    private readonly Flag<string> _cookie = new("--cookie", null, "TEXT", "its Cookie field, or the value of the session cookie", "none", ValueReaders.Any);
    private readonly Flag<string> _client = new("--client", null, "ADDRESS", "client address", "127.0.0.1", ValueReaders.Any);
    private readonly Flag<string> _header = new("--header", null, "TEXT", "value of the header field named by --hash-by header:NAME", "none", ValueReaders.Any);
    private readonly Dictionary<string, AdminCommandHelp> _help;

    public AdminCommandLine()
    {
        Rules.Always(_admin, _tokenFile, _json, _wait, _force, _ready, _url);
        Rules.OnlyWith(_wait.Name, _wait.IsGiven, _timeout).OnlyWith(_url.Name, _url.IsGiven, _cookie, _client, _header);
        _help = AdminCommandHelp.All.ToDictionary(help => help.Name);
        Commands = [.. AdminCommandHelp.All.Select(help => new Command(help.Name))];
        foreach (Command command in Commands)
        {
            foreach (Flag flag in FlagsOf(command.Name))
            {
                command.Add(flag.Option);
            }
        }
    }

    public IReadOnlyList<Command> Commands { get; }

    /// <summary>Which flags require or exclude others.</summary>
    public FlagRules Rules { get; } = new();

    public bool Has(Command command) => Commands.Contains(command);

    public string Help(Command command) => Cli.Help.Admin(_help[command.Name], FlagsOf(command.Name));

    /// <summary>The request.</summary>
    /// <param name="result">The parse result.</param>
    /// <param name="addUnknown">Reports unknown tokens.</param>
    public Request Read(ParseResult result, Action<IReadOnlyList<string>, List<string>> addUnknown)
    {
        string command = result.CommandResult.Command.Name;
        var errors = new List<string>();
        List<string> words = [.. result.UnmatchedTokens.Where(token => !token.StartsWith('-'))];
        addUnknown([.. result.UnmatchedTokens.Where(token => token.StartsWith('-'))], errors);
        errors.AddRange(result.Errors.Select(error => error.Message));
        AdminOrder? order = errors.Count == 0 ? Order(command, words, result, errors) : null;
        if (order is null && errors.Count == 0)
        {
            errors.Add($"carousel {command}: expected {_help[command].Usage}, as in: {_help[command].Example}");
        }
        var target = new AdminTarget(_admin.Read(result, $"{AdminOptions.Default}", errors), _tokenFile.IsGiven(result) ? _tokenFile.Read(result, "", errors) : null);
        if (errors.Count == 0)
        {
            errors.AddRange(Rules.Broken(result));
        }
        return errors.Count == 0 ? new Request.Admin(target, order!) : new Request.Invalid(errors);
    }

    /// <summary>Null if the arguments do not fit the command.</summary>
    private AdminOrder? Order(string command, List<string> words, ParseResult result, List<string> errors) => (command, words) switch
    {
        ("status", []) => new AdminOrder.Status(_json.IsGiven(result)),
        ("drain", [var name]) => new AdminOrder.Drain(name, _wait.IsGiven(result), _timeout.Read(result, DefaultTimeout, errors), _force.IsGiven(result)),
        ("undrain", [var name]) => new AdminOrder.Undrain(name),
        ("weight", [var name, var weight]) when TryWeight(weight, out int value) => new AdminOrder.Weight(name, value, _force.IsGiven(result)),
        ("add", [_, ..]) => new AdminOrder.Add(string.Join(' ', words), _force.IsGiven(result)),
        ("remove", [var name]) => new AdminOrder.Remove(name, _force.IsGiven(result)),
        ("healthcheck", []) => new AdminOrder.HealthCheck(_ready.IsGiven(result)),
        ("explain", []) when _url.IsGiven(result) => new AdminOrder.Explain(
            _url.Read(result, "", errors), _cookie.Read(result, "", errors), _client.Read(result, "", errors), _header.Read(result, "", errors), _json.IsGiven(result)),
        ("explain", [var id]) when !_url.IsGiven(result) => new AdminOrder.Past(id, _json.IsGiven(result)),
        _ => null,
    };

    /// <summary>The flags of a command, in the order of --help.</summary>
    public IReadOnlyList<Flag> FlagsOf(string command) =>
    [
        .. command switch
        {
            "status" => (Flag[])[_json],
            "drain" => [_wait, _timeout, _force],
            "weight" or "add" or "remove" => [_force],
            "healthcheck" => [_ready],
            "explain" => [_url, _cookie, _client, _header, _json],
            _ => [],
        },
        _admin, _tokenFile,
    ];

    private static bool TryWeight(string text, out int weight) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out weight) && weight <= ServerEntry.MaxWeight;

    /// <summary>The host may be a name. The URL from the banner is accepted, and a port alone means this machine.</summary>
    private static bool TryAddress(string text, out string value)
    {
        const string scheme = "http://";
        if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            value = $"{AdminOptions.Default.EndPoint.Address}:{port}";
            return port != 0;
        }
        value = text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? text[scheme.Length..].TrimEnd('/') : text;
        return Uri.TryCreate($"{scheme}{value}", UriKind.Absolute, out Uri? uri) && uri is { PathAndQuery: "/", UserInfo: "" }
            && value.LastIndexOf(':') > value.LastIndexOf(']') && !value.EndsWith(':') && !value.EndsWith('/');
    }
}

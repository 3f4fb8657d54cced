using System.CommandLine;
using System.Net;
using Carousel.Control.Admin;
using Carousel.Core.Config;
using Carousel.Core.Telemetry;
using Carousel.Engine;
using Carousel.Logging;

namespace Carousel.Cli;

/// <summary>The flags of a running balancer, in the groups that --help shows.</summary>
internal sealed class RunFlags
{
    private const string LastGoodOff = "off";

    private static readonly EngineOptions Default = new();
    private const int MostRate = 1 << 30;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    public Flag<string> File { get; } = new("--file", "-f", "FILE", "the servers, one URL a line", null, ValueReaders.Path);

    public Flag<bool> Watch { get; } = new("--watch", null, "WORD", "on: changes of FILE take effect by themselves; off: only when SIGHUP asks for them", "on",
        ValueReaders.Choice(("on", true), ("off", false)));

    public Flag<string> LastGood { get; } = new("--last-good", null, "FILE",
        "where the last good list is kept, to start with while the servers' FILE is bad or missing; off: such a start is refused",
        "in the folder that --data goes by", ValueReaders.Path with { Words = [LastGoodOff] });

    public Flag<int> Port { get; } = new("--port", "-p", "PORT", "port to listen on; 0 lets the system choose", $"{Default.Port}",
        ValueReaders.Number(0, 65535));

    public ListFlag<IPAddress> Bind { get; } = new("--bind", "ADDRESS", "address to listen on; several with commas or by repeating the flag",
        "all addresses, IPv4 and IPv6", ValueReaders.Address);

    public Flag<int> Workers { get; } = new("--workers", null, "N", "threads that move the traffic", "the cores this process may use",
        ValueReaders.Number(1, 256));

    public Flag<int> MaxConnections { get; } = new("--max-connections", null, "N", "most client connections at once; one more takes the place of the longest idle, or is told 503",
        "three quarters of what the descriptor limit leaves", ValueReaders.Number(1, DescriptorBudget.MaxConnections));

    public Flag<int> MaxConnectionsPerClient { get; } = new("--max-connections-per-client", null, "N",
        "most connections from one client address; 0 for no limit", "0", ValueReaders.Number(0, DescriptorBudget.MaxConnections));

    public Flag<int> Queue { get; } = new("--queue", null, "N",
        "most requests that wait at once when every server is full (max=); more are told 503; 0 lets none wait", $"{Default.Queue}",
        ValueReaders.Number(0, DescriptorBudget.MaxConnections));

    public Flag<TimeSpan> QueueTimeout { get; } = Timeout("--queue-timeout", "how long such a request waits for a server with room, before it is told 503",
        Default.QueueTimeout);

    public Flag<int> MaxHead { get; } = new("--max-head", null, "SIZE", "largest head of a request (larger is told 431) or of an answer (502)",
        Sizes.Format(Default.MaxHead), ValueReaders.Size(1024, 48 * 1024));

    public Flag<int> MaxFields { get; } = new("--max-fields", null, "N", "most header fields in a head; more is told 431",
        $"{Default.MaxFields}", ValueReaders.Number(1, 1000));

    public Flag<TimeSpan> HeadTimeout { get; } = Timeout("--head-timeout", "from a request's first byte to the end of its head", Default.HeadTimeout);

    public Flag<TimeSpan> IdleTimeout { get; } = Timeout("--idle-timeout", "how long a client's connection waits for its next request",
        Default.IdleTimeout);

    public Flag<TimeSpan> ConnectTimeout { get; } = Timeout("--connect-timeout", "for one attempt to connect to a server, all its addresses together",
        Default.ConnectTimeout);

    public Flag<TimeSpan> AnswerTimeout { get; } = Timeout("--answer-timeout", "from the end of a request to the end of its answer's head",
        Default.AnswerTimeout);

    public Flag<TimeSpan> BodyTimeout { get; } = Timeout("--body-timeout", "longest pause within a body, either way", Default.BodyTimeout);

    public Flag<int> MinRate { get; } = new("--min-rate", null, "RATE",
        "bytes a second, over 10 seconds, that a client must send or take while it is waited for; slower ones are ended; 0 for any",
        $"{EngineOptions.MinRateWithLimits} while a server has max=, else 0", ValueReaders.Size(0, MostRate));

    public Flag<TimeSpan> TunnelTimeout { get; } = Timeout("--tunnel-timeout", "longest silence of an upgraded connection (WebSocket)",
        Default.TunnelTimeout);

    public Flag<TimeSpan> ServerIdleTimeout { get; } = Timeout("--server-idle-timeout",
        "how long a connection to a server is kept for the next request at most; less where the server says so (Keep-Alive: timeout=N)", Default.ServerIdleTimeout);

    public Flag<int> Retries { get; } = new("--retries", null, "N",
        "how often a GET or the like that a server may have had whole is sent again when its connection dies: what kills servers takes N + 1; stale ones don't count", $"{Default.Retries}",
        ValueReaders.Number(0, 100));

    public Flag<int> RetryBudget { get; } = new("--retry-budget", null, "PERCENT",
        "most requests that are sent again, of those of 10 seconds; 10 a second are always allowed", $"{Default.RetryPercent}%", ValueReaders.Percent);

    public ListFlag<IPNetwork> TrustedProxy { get; } = new("--trusted-proxy", "CIDR",
        "proxies in front of this one, whose X-Forwarded-* and Forwarded fields are believed; several as with --bind", "none", ValueReaders.Network);

    public Switch Forwarded { get; } = new("--forwarded", null, "send Forwarded (RFC 7239) to servers, beside X-Forwarded-*");

    public Flag<bool> RequestIds { get; } = new("--request-id", null, "WORD",
        "on: servers and clients are told an id of each request, as X-Request-Id; a --trusted-proxy's own is taken over", "on",
        ValueReaders.Choice(("on", true), ("off", false)));

    public Flag<bool> TraceMethod { get; } = new("--trace-method", null, "WORD",
        "on: TRACE and TRACK are passed on, and show clients what fields their servers are sent; off: they are refused with 405", "off",
        ValueReaders.Choice(("on", true), ("off", false)));

    public Flag<TimeSpan> ResolveInterval { get; } = new("--resolve-interval", null, "TIME", "how often the names of servers are looked up anew while they can be reached",
        Durations.Format(RunSettings.DefaultResolveInterval), ValueReaders.Duration(Second, Day));

    public Flag<TimeSpan> DrainTimeout { get; } = new("--drain-timeout", null, "TIME",
        "how long requests in flight may take to finish: all of them after SIGTERM or Ctrl-C (a second signal ends at once), a server's after its line was deleted",
        Durations.Format(RunSettings.DefaultDrainTimeout), ValueReaders.Duration(TimeSpan.Zero, Day));

    public Switch LogClients { get; } = new("--log-clients", null, "log the failures that clients cause, too");

    public Flag<EventLevel> LogLevel { get; } = new("--log-level", null, "WORD",
        "the least that is logged: error, warn (a server is down or ejected, the store refuses) or info", "info",
        ValueReaders.Choice(("error", EventLevel.Error), ("warn", EventLevel.Warning), ("info", EventLevel.Info)));

    public Flag<bool> LogFormat { get; } = new("--log-format", null, "WORD", "how the log is written: text, or json: an object a line", "text",
        ValueReaders.Choice(("text", false), ("json", true)));

    public AdminFlags Admin { get; } = new();

    public PolicyFlags Balancing { get; } = new();

    public HealthFlags Health { get; } = new();

    public SessionFlags Sessions { get; } = new();

    public StoreFlags Store { get; } = new();

    public TelemetryFlags Telemetry { get; } = new();

    /// <summary>All flags by the headings of --help, in a newcomer's order.</summary>
    public IReadOnlyList<FlagGroup> Groups =>
    [
        new("What to balance", [File, Watch, LastGood, ResolveInterval]),
        new("Where to listen", [Port, Bind, Workers]),
        new("Balancing", Balancing.All),
        new("Health", Health.All),
        new("Sending again", [Retries, RetryBudget]),
        new("Sessions", Sessions.All),
        new("Where sessions are kept", Store.All),
        new("Limits", [MaxConnections, MaxConnectionsPerClient, Queue, QueueTimeout, MaxHead, MaxFields]),
        new("Timeouts towards clients", [HeadTimeout, IdleTimeout, BodyTimeout, MinRate, TunnelTimeout]),
        new("Timeouts towards servers", [ConnectTimeout, AnswerTimeout, ServerIdleTimeout]),
        new("Forwarding", [TrustedProxy, Forwarded, RequestIds, TraceMethod]),
        new("Admin side", Admin.All),
        new("Access log, metrics and traces", Telemetry.All),
        new("Leaving and logging", [DrainTimeout, LogLevel, LogFormat, LogClients]),
    ];

    /// <summary>Those that a demo takes as well.</summary>
    public IReadOnlyList<Flag> OfDemo => [Port, Bind, Workers, .. Balancing.All, Sessions.Mode, Store.Store, Admin.Admin];

    /// <summary>How all flags are understood, without secrets.</summary>
    public IReadOnlyList<SettingGroup> Describe(ParseResult result) =>
        [.. Groups.Select(group => new SettingGroup(group.Title, [.. group.Flags.Select(flag => Describe(flag, result))]))];

    private Setting Describe(Flag flag, ParseResult result)
    {
        bool isGiven = flag.IsGiven(result);
        string value = !isGiven ? flag.DefaultText ?? (flag is Switch ? "off" : "none")
            : flag == Store.Store ? $"{Store.ReadAddress(result, [])}"
            : flag is Switch ? "on"
            : string.Join(',', flag.Texts(result));
        return new Setting(flag.Name, value, isGiven);
    }

    /// <summary>Where the last good list is kept. What is wrong goes to the errors.</summary>
    public LastGoodPlace ReadLastGood(ParseResult result, List<string> errors) => !LastGood.IsGiven(result) ? new LastGoodPlace(null)
        : LastGood.Read(result, "", errors) is var file && file == LastGoodOff ? LastGoodPlace.Off : new LastGoodPlace(file);

    /// <summary>What the engine is told. What is wrong goes to the errors.</summary>
    public EngineOptions ReadEngine(ParseResult result, List<string> errors) => new()
    {
        Bind = Bind.Read(result, errors),
        Port = Port.Read(result, Default.Port, errors),
        Workers = Workers.Read(result, Default.Workers, errors),
        Policy = Balancing.Read(result, errors),
        MaxHead = MaxHead.Read(result, Default.MaxHead, errors),
        MaxFields = MaxFields.Read(result, Default.MaxFields, errors),
        HeadTimeout = HeadTimeout.Read(result, Default.HeadTimeout, errors),
        IdleTimeout = IdleTimeout.Read(result, Default.IdleTimeout, errors),
        ConnectTimeout = ConnectTimeout.Read(result, Default.ConnectTimeout, errors),
        AnswerTimeout = AnswerTimeout.Read(result, Default.AnswerTimeout, errors),
        BodyTimeout = BodyTimeout.Read(result, Default.BodyTimeout, errors),
        MinRate = MinRate.IsGiven(result) ? MinRate.Read(result, 0, errors) : null,
        TunnelTimeout = TunnelTimeout.Read(result, Default.TunnelTimeout, errors),
        ServerIdleTimeout = ServerIdleTimeout.Read(result, Default.ServerIdleTimeout, errors),
        MaxConnectionsPerClient = MaxConnectionsPerClient.Read(result, 0, errors),
        Queue = Queue.Read(result, Default.Queue, errors),
        QueueTimeout = QueueTimeout.Read(result, Default.QueueTimeout, errors),
        Retries = Retries.Read(result, Default.Retries, errors),
        RetryPercent = RetryBudget.Read(result, Default.RetryPercent, errors),
        Outliers = Health.ReadOutliers(result, errors),
        SlowStart = Health.SlowStart.Read(result, Default.SlowStart, errors),
        Panic = Health.Panic.IsGiven(result),
        TrustedProxies = TrustedProxy.Read(result, errors),
        SendForwarded = Forwarded.IsGiven(result),
        RequestIds = RequestIds.Read(result, Default.RequestIds, errors),
        AllowsTrace = TraceMethod.Read(result, Default.AllowsTrace, errors),
    };

    /// <summary>What of the log is written, and how.</summary>
    public LogSettings ReadLog(ParseResult result, List<string> errors) => new()
    {
        Level = LogLevel.Read(result, EventLevel.Info, errors),
        IsJson = LogFormat.Read(result, false, errors),
        ClientsToo = LogClients.IsGiven(result),
    };

    private static Flag<TimeSpan> Timeout(string name, string description, TimeSpan fallback) =>
        new(name, null, "TIME", description, Durations.Format(fallback), ValueReaders.Duration(Tick, Day));
}

using System.CommandLine;
using System.Net;
using Carousel.Control.Admin;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Engine;
using Carousel.Logging;
using Carousel.Platform;

namespace Carousel.Cli;

/// <summary>The flags of a running balancer, in the groups that --help shows.</summary>
internal sealed class RunFlags
{
    private const string LastGoodOff = "off";

    private static readonly EngineOptions Default = new();
    private static readonly PoolOptions DefaultPool = new();
    private const int MostRate = 1 << 30;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    public Flag<string> File { get; } = new("--file", "-f", "FILE", "one server per line: URL, then options", null, ValueReaders.Path);

    public Flag<bool> Watch { get; } = new("--watch", null, "WORD", "on: changes to FILE take effect automatically; off: only on SIGHUP", "on",
        ValueReaders.Choice(("on", true), ("off", false)));

    public Flag<string> LastGood { get; } = new("--last-good", null, "FILE",
        "copy of the last good list, used to start while the servers' FILE is bad or missing; off: such a start is refused",
        "in the default folder of --data", ValueReaders.Path with { Words = [LastGoodOff] });

    public Flag<int> Port { get; } = new("--port", "-p", "PORT", "port to listen on; 0 lets the system choose", $"{Default.Port}",
        ValueReaders.Number(0, 65535));

    public ListFlag<IPAddress> Bind { get; } = new("--bind", "ADDRESS", "address to listen on; separate several with commas, or repeat the flag",
        "all addresses, IPv4 and IPv6", ValueReaders.Address);

    public Flag<int> Workers { get; } = new("--workers", null, "N", "worker threads", "the cores this process may use",
        ValueReaders.Number(1, 256));

    public Flag<int> MaxConnections { get; } = new("--max-connections", null, "N", "most client connections at once; beyond it the longest idle one is evicted, or the new one gets 503",
        "three quarters of the available file descriptors", ValueReaders.Number(1, DescriptorBudget.MaxConnections));

    public Flag<int> MaxConnectionsPerClient { get; } = new("--max-connections-per-client", null, "N",
        "most connections from one client address; 0: no limit", "0", ValueReaders.Number(0, DescriptorBudget.MaxConnections));

    public Flag<int> Queue { get; } = new("--queue", null, "N",
        "most requests queued while every server is full (max=); more get 503; 0: no queue", $"{DefaultPool.Queue}",
        ValueReaders.Number(0, DescriptorBudget.MaxConnections));

    public Flag<TimeSpan> QueueTimeout { get; } = Timeout("--queue-timeout", "how long a request is queued before it gets 503",
        DefaultPool.QueueTimeout);

    public Flag<int> MaxHead { get; } = new("--max-head", null, "SIZE", "largest head of a request (larger: 431) or a response (larger: 502)",
        Sizes.Format(Default.MaxHead), ValueReaders.Size(1024, 48 * 1024));

    public Flag<int> MaxFields { get; } = new("--max-fields", null, "N", "most header fields in a head; more: 431",
        $"{Default.MaxFields}", ValueReaders.Number(1, 1000));

    public Flag<TimeSpan> HeadTimeout { get; } = Timeout("--head-timeout", "from a request's first byte to the end of its head", Default.HeadTimeout);

    public Flag<TimeSpan> IdleTimeout { get; } = Timeout("--idle-timeout", "how long an idle client connection is kept open",
        Default.IdleTimeout);

    public Flag<TimeSpan> ConnectTimeout { get; } = Timeout("--connect-timeout", "for one attempt to connect to a server, over all its addresses",
        DefaultPool.ConnectTimeout);

    public Flag<TimeSpan> AnswerTimeout { get; } = Timeout("--answer-timeout", "from the end of a request to the end of its response's head",
        DefaultPool.AnswerTimeout);

    public Flag<TimeSpan> BodyTimeout { get; } = Timeout("--body-timeout", "longest pause within a request or response body", Default.BodyTimeout);

    public Flag<int> MinRate { get; } = new("--min-rate", null, "RATE",
        "lowest rate in bytes per second, over 10 seconds, of a client that the balancer waits for; slower connections are closed; 0: no limit",
        $"{EngineOptions.MinRateWithLimits} while a server has max=, else 0", ValueReaders.Size(0, MostRate));

    public Flag<TimeSpan> TunnelTimeout { get; } = Timeout("--tunnel-timeout", "longest time without data on an upgraded connection (WebSocket)",
        Default.TunnelTimeout);

    public Flag<TimeSpan> ServerIdleTimeout { get; } = Timeout("--server-idle-timeout",
        "how long an idle connection to a server is kept for reuse; less if the server sends Keep-Alive: timeout=N", DefaultPool.ServerIdleTimeout);

    public Flag<int> Retries { get; } = new("--retries", null, "N",
        "retries of an idempotent request that a server may have read when its connection failed; a request that crashes servers reaches N + 1 at most; stale connections don't count",
        $"{DefaultPool.Retries}", ValueReaders.Number(0, 100));

    public Flag<int> RetryBudget { get; } = new("--retry-budget", null, "PERCENT",
        "most retries, as a share of the requests of the last 10 seconds; 10 per second are always allowed", $"{DefaultPool.RetryPercent}%", ValueReaders.Percent);

    public ListFlag<IPNetwork> TrustedProxy { get; } = new("--trusted-proxy", "CIDR",
        "proxies in front of this one whose X-Forwarded-* and Forwarded fields are trusted; several as with --bind", "none", ValueReaders.Network);

    public Switch Forwarded { get; } = new("--forwarded", null, "send Forwarded (RFC 7239) to servers, in addition to X-Forwarded-*");

    public Flag<bool> RequestIds { get; } = new("--request-id", null, "WORD",
        "on: each request has an id, sent to servers and clients as X-Request-Id; the id from a --trusted-proxy is kept", "on",
        ValueReaders.Choice(("on", true), ("off", false)));

    public Flag<bool> TraceMethod { get; } = new("--trace-method", null, "WORD",
        "on: TRACE and TRACK are forwarded, which shows clients the fields that servers receive; off: they get 405", "off",
        ValueReaders.Choice(("on", true), ("off", false)));

    public Flag<TimeSpan> ResolveInterval { get; } = new("--resolve-interval", null, "TIME", "how often server names are resolved again while the servers are reachable",
        Durations.Format(RunSettings.DefaultResolveInterval), ValueReaders.Duration(Second, Day));

    public Flag<TimeSpan> DrainTimeout { get; } = new("--drain-timeout", null, "TIME",
        "how long requests in flight may take to finish: all after SIGTERM or Ctrl-C (a second signal stops immediately), a server's after its line is deleted",
        Durations.Format(RunSettings.DefaultDrainTimeout), ValueReaders.Duration(TimeSpan.Zero, Day));

    public Switch LogClients { get; } = new("--log-clients", null, "log failures caused by clients, too");

    public Flag<EventLevel> LogLevel { get; } = new("--log-level", null, "WORD",
        "lowest level logged: error, warn (a server is down or ejected, the store refuses) or info", "info",
        ValueReaders.Choice(("error", EventLevel.Error), ("warn", EventLevel.Warning), ("info", EventLevel.Info)));

    public Flag<bool> LogFormat { get; } = new("--log-format", null, "WORD", "text, or json: one object per line", "text",
        ValueReaders.Choice(("text", false), ("json", true)));

    public AdminFlags Admin { get; } = new();

    public PolicyFlags Balancing { get; } = new();

    public HealthFlags Health { get; } = new();

    public SessionFlags Sessions { get; } = new();

    public StoreFlags Store { get; } = new();

    public TelemetryFlags Telemetry { get; } = new();

    /// <summary>All flags by the headings of --help, in the order of --help.</summary>
    public IReadOnlyList<FlagGroup> Groups =>
    [
        new("Servers", [File, Watch, LastGood, ResolveInterval]),
        new("Listening", [Port, Bind, Workers]),
        new("Balancing", Balancing.All),
        new("Health", Health.All),
        new("Retries", [Retries, RetryBudget]),
        new("Sessions", Sessions.All),
        new("Session store", Store.All),
        new("Limits", [MaxConnections, MaxConnectionsPerClient, Queue, QueueTimeout, MaxHead, MaxFields]),
        new("Client timeouts", [HeadTimeout, IdleTimeout, BodyTimeout, MinRate, TunnelTimeout]),
        new("Server timeouts", [ConnectTimeout, AnswerTimeout, ServerIdleTimeout]),
        new("Forwarding", [TrustedProxy, Forwarded, RequestIds, TraceMethod]),
        new("Admin side", Admin.All),
        new("Access log, metrics and traces", Telemetry.All),
        new("Shutdown and logging", [DrainTimeout, LogLevel, LogFormat, LogClients]),
    ];

    /// <summary>The flags of a demo.</summary>
    public IReadOnlyList<Flag> OfDemo => [Port, Bind, Workers, .. Balancing.All, Sessions.Mode, Store.Store, Admin.Admin];

    /// <summary>The effective value of every flag, without secrets.</summary>
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

    /// <summary>Where the last good list is kept. Problems are added to the errors.</summary>
    public LastGoodPlace ReadLastGood(ParseResult result, List<string> errors) => !LastGood.IsGiven(result) ? new LastGoodPlace(null)
        : LastGood.Read(result, "", errors) is var file && file == LastGoodOff ? LastGoodPlace.Off : new LastGoodPlace(file);

    /// <summary>The options of the engine. Problems are added to the errors.</summary>
    public EngineOptions ReadEngine(ParseResult result, List<string> errors) => new()
    {
        Bind = Bind.Read(result, errors),
        Port = Port.Read(result, Default.Port, errors),
        Workers = Workers.Read(result, Default.Workers, errors),
        MaxHead = MaxHead.Read(result, Default.MaxHead, errors),
        MaxFields = MaxFields.Read(result, Default.MaxFields, errors),
        HeadTimeout = HeadTimeout.Read(result, Default.HeadTimeout, errors),
        IdleTimeout = IdleTimeout.Read(result, Default.IdleTimeout, errors),
        BodyTimeout = BodyTimeout.Read(result, Default.BodyTimeout, errors),
        MinRate = MinRate.IsGiven(result) ? MinRate.Read(result, 0, errors) : null,
        TunnelTimeout = TunnelTimeout.Read(result, Default.TunnelTimeout, errors),
        MaxConnectionsPerClient = MaxConnectionsPerClient.Read(result, 0, errors),
        TrustedProxies = TrustedProxy.Read(result, errors),
        SendForwarded = Forwarded.IsGiven(result),
        RequestIds = RequestIds.Read(result, Default.RequestIds, errors),
        AllowsTrace = TraceMethod.Read(result, Default.AllowsTrace, errors),
    };

    /// <summary>The options of the pool. Problems are added to the errors.</summary>
    public PoolOptions ReadPool(ParseResult result, List<string> errors) => new()
    {
        Policy = Balancing.Read(result, errors),
        Health = Health.Read(result, errors),
        Outliers = Health.ReadOutliers(result, errors),
        Sessions = Sessions.Read(result, errors),
        SlowStart = Health.SlowStart.Read(result, DefaultPool.SlowStart, errors),
        Panic = Health.Panic.IsGiven(result),
        Retries = Retries.Read(result, DefaultPool.Retries, errors),
        RetryPercent = RetryBudget.Read(result, DefaultPool.RetryPercent, errors),
        Queue = Queue.Read(result, DefaultPool.Queue, errors),
        QueueTimeout = QueueTimeout.Read(result, DefaultPool.QueueTimeout, errors),
        ConnectTimeout = ConnectTimeout.Read(result, DefaultPool.ConnectTimeout, errors),
        AnswerTimeout = AnswerTimeout.Read(result, DefaultPool.AnswerTimeout, errors),
        ServerIdleTimeout = ServerIdleTimeout.Read(result, DefaultPool.ServerIdleTimeout, errors),
    };

    /// <summary>The level and format of the log.</summary>
    public LogSettings ReadLog(ParseResult result, List<string> errors) => new()
    {
        Level = LogLevel.Read(result, EventLevel.Info, errors),
        IsJson = LogFormat.Read(result, false, errors),
        ClientsToo = LogClients.IsGiven(result),
    };

    private static Flag<TimeSpan> Timeout(string name, string description, TimeSpan fallback) =>
        new(name, null, "TIME", description, Durations.Format(fallback), ValueReaders.Duration(Tick, Day));
}

using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Carousel.Core.Config;
using Carousel.Core.Health;
using Carousel.Core.Pools;

namespace Carousel.Cli;

/// <summary>The flags of probes, ejection, slow start and panic (docs/HEALTH.md).</summary>
internal sealed class HealthFlags
{
    private static readonly HealthOptions Default = new();
    private static readonly OutlierOptions DefaultOutliers = new();
    private static readonly PoolOptions DefaultPool = new();
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public Flag<bool> Health { get; } = new("--health", null, "WORD",
        "on: servers are probed, and a server that is down gets no requests; off: every server counts as healthy", "on",
        ValueReaders.Choice(("on", true), ("off", false)));

    public Flag<string> Path { get; } = new("--health-path", null, "PATH", "path of the HTTP probe (GET), such as /healthz",
        "none: a server that accepts a connection is up", new ValueReader<string>("a path such as /healthz", TryPath));

    public Flag<StatusSet> Statuses { get; } = new("--health-status", null, "LIST", "statuses of a healthy server, such as 200-399,404",
        $"{StatusSet.Default}", new ValueReader<StatusSet>("statuses from 100 to 599 such as 200-399,404", TryStatuses));

    public Flag<string> Body { get; } = new("--health-body", null, "TEXT", "text that the first 64 KB of the response must contain", "anything",
        new ValueReader<string>("a text", (string text, [MaybeNullWhen(false)] out string value) => (value = text).Length != 0));

    public Flag<string> Host { get; } = new("--health-host", null, "HOST", "Host header of probes", "the server's own address",
        new ValueReader<string>("a host such as example.com or example.com:8080", TryHost));

    public Flag<TimeSpan> Interval { get; } = new("--health-interval", null, "TIME",
        "interval between probes of a server that is up; a suspect or down server is probed sooner", Durations.Format(Default.Interval),
        ValueReaders.Duration(Shortest, Hour));

    public Flag<TimeSpan> Timeout { get; } = new("--health-timeout", null, "TIME", "limit for one probe of one address, response included",
        Durations.Format(Default.Timeout), ValueReaders.Duration(Shortest, Hour));

    public Flag<int> Fall { get; } = new("--health-fall", null, "N", "consecutive failed probes after which a server is down", $"{Default.Fall}",
        ValueReaders.Number(1, 100));

    public Flag<int> Rise { get; } = new("--health-rise", null, "N", "consecutive good probes after which it is up again; a new server needs one",
        $"{Default.Rise}", ValueReaders.Number(1, 100));

    public Flag<bool> Eject { get; } = new("--eject", null, "WORD",
        "on: a server whose requests fail is ejected for a time, until a trial request or a probe succeeds; off: only probes take servers out", "on",
        ValueReaders.Choice(("on", true), ("off", false)));

    public Flag<int> EjectFailures { get; } = new("--eject-failures", null, "N",
        "consecutive failures (no connection, no response) that eject a server; a failure rate above 50% over 10 seconds ejects it, too",
        $"{DefaultOutliers.Failures}", ValueReaders.Number(1, 1000));

    public Flag<StatusSet> EjectStatuses { get; } = new("--eject-status", null, "LIST",
        "statuses that count as failures in that rate, such as 500-599", $"{DefaultOutliers.Statuses}",
        new ValueReader<StatusSet>("statuses from 100 to 599 such as 502-504,429", TryStatuses));

    public Flag<TimeSpan> EjectTime { get; } = new("--eject-time", null, "TIME",
        $"duration of the first ejection; it doubles, up to {Durations.Format(OutlierOptions.LongestTime)}, while trials fail", Durations.Format(DefaultOutliers.FirstTime),
        ValueReaders.Duration(Shortest, Hour));

    public Flag<TimeSpan> SlowStart { get; } = new("--slow-start", null, "TIME",
        "time until a recovered or new server gets its full share; 0s: immediately", Durations.Format(DefaultPool.SlowStart),
        ValueReaders.Duration(TimeSpan.Zero, Hour));

    public Switch Panic { get; } = new("--panic", null, "while all servers are down, try every server that has an address instead of responding 503");

    /// <summary>All of them, in the order of --help.</summary>
    public IReadOnlyList<Flag> All =>
    [
        Health, Path, Statuses, Body, Host, Interval, Timeout, Fall, Rise, Eject, EjectFailures, EjectStatuses, EjectTime, SlowStart, Panic,
    ];

    /// <summary>The options of the outlier detector. Problems are added to the errors.</summary>
    public OutlierOptions ReadOutliers(ParseResult result, List<string> errors) => new()
    {
        IsOn = Eject.Read(result, DefaultOutliers.IsOn, errors),
        Failures = EjectFailures.Read(result, DefaultOutliers.Failures, errors),
        Statuses = EjectStatuses.Read(result, DefaultOutliers.Statuses, errors),
        FirstTime = EjectTime.Read(result, DefaultOutliers.FirstTime, errors),
    };

    /// <summary>The options of probes. Problems are added to the errors.</summary>
    public HealthOptions Read(ParseResult result, List<string> errors) => new()
    {
        IsOn = Health.Read(result, Default.IsOn, errors),
        Path = Path.IsGiven(result) ? Path.Read(result, "", errors) : null,
        Statuses = Statuses.Read(result, Default.Statuses, errors),
        Body = Body.IsGiven(result) ? Body.Read(result, "", errors) : null,
        Host = Host.IsGiven(result) ? Host.Read(result, "", errors) : null,
        Interval = Interval.Read(result, Default.Interval, errors),
        Timeout = Timeout.Read(result, Default.Timeout, errors),
        Fall = Fall.Read(result, Default.Fall, errors),
        Rise = Rise.Read(result, Default.Rise, errors),
    };

    /// <summary>An absolute path with an optional query (RFC 9112 section 3.2.1), without bytes that could end the request line.</summary>
    private static bool TryPath(string text, [MaybeNullWhen(false)] out string path)
    {
        path = text;
        return text.StartsWith('/') && text.All(c => c is > ' ' and < '\x7f' and not '#');
    }

    private static bool TryStatuses(string text, [MaybeNullWhen(false)] out StatusSet statuses)
    {
        statuses = StatusSet.TryParse(text);
        return statuses is not null;
    }

    private static bool TryHost(string text, [MaybeNullWhen(false)] out string host)
    {
        host = text;
        return text.Length != 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "-._:[]".Contains(c));
    }
}

using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Carousel.Core.Config;
using Carousel.Core.Health;
using Carousel.Engine;

namespace Carousel.Cli;

/// <summary>The flags of health: probes, ejection, and what follows from them.</summary>
internal sealed class HealthFlags
{
    private static readonly HealthOptions Default = new();
    private static readonly OutlierOptions DefaultOutliers = new();
    private static readonly EngineOptions DefaultEngine = new();
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public Flag<bool> Health { get; } = new("--health", null, "WORD",
        "on: servers are probed, and nothing is sent to one that is down; off: all are taken for healthy", "on",
        ValueReaders.Choice(("on", true), ("off", false)));

    public Flag<string> Path { get; } = new("--health-path", null, "PATH", "what a probe GETs, such as /healthz",
        "none: a server that takes a connection is up", new ValueReader<string>("a path such as /healthz", TryPath));

    public Flag<StatusSet> Statuses { get; } = new("--health-status", null, "LIST", "the statuses of a healthy server, such as 200-399,404",
        $"{StatusSet.Default}", new ValueReader<StatusSet>("statuses from 100 to 599 such as 200-399,404", TryStatuses));

    public Flag<string> Body { get; } = new("--health-body", null, "TEXT", "what the answer's first 64 KB must contain", "anything",
        new ValueReader<string>("a text", (string text, [MaybeNullWhen(false)] out string value) => (value = text).Length != 0));

    public Flag<string> Host { get; } = new("--health-host", null, "HOST", "the Host that probes name", "the server's own address",
        new ValueReader<string>("a host such as example.com or example.com:8080", TryHost));

    public Flag<TimeSpan> Interval { get; } = new("--health-interval", null, "TIME",
        "between two probes of a server that is up; one in doubt or down is probed sooner", Durations.Format(Default.Interval),
        ValueReaders.Duration(Shortest, Hour));

    public Flag<TimeSpan> Timeout { get; } = new("--health-timeout", null, "TIME", "for a probe of one address, the answer included",
        Durations.Format(Default.Timeout), ValueReaders.Duration(Shortest, Hour));

    public Flag<int> Fall { get; } = new("--health-fall", null, "N", "so many failed probes in a row make a server down", $"{Default.Fall}",
        ValueReaders.Number(1, 100));

    public Flag<int> Rise { get; } = new("--health-rise", null, "N", "so many good ones in a row make it up again; a new one needs one",
        $"{Default.Rise}", ValueReaders.Number(1, 100));

    public Flag<bool> Eject { get; } = new("--eject", null, "WORD",
        "on: a server whose requests fail gets none for a time, then one, or a good probe, as a trial; off: only probes take servers out", "on",
        ValueReaders.Choice(("on", true), ("off", false)));

    public Flag<int> EjectFailures { get; } = new("--eject-failures", null, "N",
        "so many failures in a row eject a server: no connection, no answer; and so does a failure rate of more than half over 10 seconds",
        $"{DefaultOutliers.Failures}", ValueReaders.Number(1, 1000));

    public Flag<StatusSet> EjectStatuses { get; } = new("--eject-status", null, "LIST",
        "the statuses that count as failures in that rate, such as 500-599", $"{DefaultOutliers.Statuses}",
        new ValueReader<StatusSet>("statuses from 100 to 599 such as 502-504,429", TryStatuses));

    public Flag<TimeSpan> EjectTime { get; } = new("--eject-time", null, "TIME",
        $"how long, the first time; it doubles, up to {Durations.Format(OutlierOptions.LongestTime)}, while trials fail", Durations.Format(DefaultOutliers.FirstTime),
        ValueReaders.Duration(Shortest, Hour));

    public Flag<TimeSpan> SlowStart { get; } = new("--slow-start", null, "TIME",
        "how long it takes until a server that came back, or is new, gets its whole share; 0s for at once", Durations.Format(DefaultEngine.SlowStart),
        ValueReaders.Duration(TimeSpan.Zero, Hour));

    public Switch Panic { get; } = new("--panic", null, "while all servers are down, try every one that has an address instead of answering 503");

    /// <summary>All of them, in a newcomer's order.</summary>
    public IReadOnlyList<Flag> All =>
    [
        Health, Path, Statuses, Body, Host, Interval, Timeout, Fall, Rise, Eject, EjectFailures, EjectStatuses, EjectTime, SlowStart, Panic,
    ];

    /// <summary>What takes servers out beside probes. What is wrong goes to the errors.</summary>
    public OutlierOptions ReadOutliers(ParseResult result, List<string> errors) => new()
    {
        IsOn = Eject.Read(result, DefaultOutliers.IsOn, errors),
        Failures = EjectFailures.Read(result, DefaultOutliers.Failures, errors),
        Statuses = EjectStatuses.Read(result, DefaultOutliers.Statuses, errors),
        FirstTime = EjectTime.Read(result, DefaultOutliers.FirstTime, errors),
    };

    /// <summary>What probes are told. What is wrong goes to the errors.</summary>
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

    /// <summary>An absolute path, with a query or without (RFC 9112 section 3.2.1): no byte that could end the request line.</summary>
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

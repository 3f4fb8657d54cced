using System.CommandLine;
using System.Net;
using Carousel.Control.Admin;
using Carousel.Control.Telemetry;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Policies;
using Carousel.Core.Sessions;

namespace Carousel.Cli;

/// <summary>The rules of a balancer's flags (<see cref="FlagRules"/>). Invalid values were rejected before.</summary>
internal static class RunFlagRules
{
    private static readonly IPEndPoint DefaultAdmin = AdminOptions.Default.EndPoint;
    private static readonly LogDestination Off = new LogDestination.Off();

    public static FlagRules Of(RunFlags flags)
    {
        var rules = new FlagRules();
        rules.Always(flags.File, flags.ResolveInterval, flags.Port, flags.Bind, flags.Workers);
        rules.Always(flags.MaxConnections, flags.Queue, flags.MaxHead, flags.MaxFields, flags.HeadTimeout, flags.IdleTimeout, flags.BodyTimeout, flags.MinRate, flags.TunnelTimeout);
        rules.Always(flags.ConnectTimeout, flags.AnswerTimeout, flags.ServerIdleTimeout, flags.TrustedProxy, flags.Forwarded, flags.RequestIds, flags.TraceMethod);
        rules.Always(flags.DrainTimeout, flags.LogLevel, flags.LogFormat, flags.Retries);
        // Client failures have that level.
        rules.OnlyWith($"{flags.LogLevel.Name} info", result => flags.LogLevel.Read(result, EventLevel.Info, []) == EventLevel.Info, flags.LogClients);
        rules.NotWith("--retries 0", result => flags.Retries.Read(result, 1, []) == 0, flags.RetryBudget);
        rules.NotWith("--queue 0", result => flags.Queue.Read(result, 1, []) == 0, flags.QueueTimeout);
        rules.Only(result => flags.MaxConnectionsPerClient.Read(result, 0, []) <= flags.MaxConnections.Read(result, int.MaxValue, []),
            $"{flags.MaxConnectionsPerClient.Name} is more than {flags.MaxConnections.Name}, which applies first: lower it, or leave it out", flags.MaxConnectionsPerClient);
        AddFile(rules, flags);
        AddBalancing(rules, flags.Balancing);
        AddHealth(rules, flags.Health);
        AddSessions(rules, flags.Sessions, flags.Store);
        AddAdmin(rules, flags.Admin);
        AddTelemetry(rules, flags.Telemetry);
        return rules;
    }

    /// <summary>Flags that need a file of servers.</summary>
    private static void AddFile(FlagRules rules, RunFlags flags)
    {
        foreach (Flag flag in (Flag[])[flags.Watch, flags.LastGood, flags.Admin.Save])
        {
            rules.Only(flags.File.IsGiven, $"{flag.Name} has no effect with servers as arguments: list them in a file ({flags.File.Alias} servers.txt), or leave {flag.Name} out", flag);
        }
    }

    private static void AddBalancing(FlagRules rules, PolicyFlags flags) => rules
        .Always(flags.Policy)
        .OnlyWith($"{flags.Policy.Name} hash", result => flags.Policy.Read(result, default, []) == PolicyKind.Hash, flags.HashBy);

    private static void AddHealth(FlagRules rules, HealthFlags flags) => rules
        .Always(flags.Health, flags.Eject, flags.SlowStart)
        // Ejection leaves at least one server, so only probes can take all of them out.
        .NotWith($"{flags.Health.Name} off", result => !flags.Health.Read(result, true, []),
            flags.Path, flags.Statuses, flags.Body, flags.Host, flags.Interval, flags.Timeout, flags.Fall, flags.Rise, flags.Panic)
        .OnlyWith($"{flags.Path.Name} PATH", flags.Path.IsGiven, flags.Statuses, flags.Body, flags.Host)
        .NotWith($"{flags.Eject.Name} off", result => !flags.Eject.Read(result, true, []), flags.EjectFailures, flags.EjectStatuses, flags.EjectTime);

    private static void AddSessions(FlagRules rules, SessionFlags sessions, StoreFlags store) => rules
        .Always(sessions.Mode)
        .NotWith($"{sessions.Mode.Name} off", result => sessions.Mode.Read(result, SessionMode.Shared, []) == SessionMode.Off,
            [.. sessions.All.Where(flag => flag != sessions.Mode), store.PasswordFile, store.Data, store.Memory])
        // --session off with --store none is no contradiction.
        .Only(result => sessions.Mode.Read(result, SessionMode.Shared, []) != SessionMode.Off || Kind(store, result) is StoreKind.None or StoreKind.Auto,
            $"{store.Store.Name} has no effect with {sessions.Mode.Name} off: leave one of them out", store.Store)
        .OnlyWith($"{sessions.Mode.Name} sticky", result => sessions.Mode.Read(result, SessionMode.Shared, []) == SessionMode.Sticky, sessions.StickyWait)
        .NotWith($"{store.Store.Name} none", result => Kind(store, result) == StoreKind.None,
            sessions.Hide, sessions.NewRecords, store.PasswordFile, store.Data, store.Memory)
        .OnlyWith($"{store.Store.Name} embedded", result => Kind(store, result) is StoreKind.Auto or StoreKind.Embedded, store.Data, store.Memory);

    private static void AddAdmin(FlagRules rules, AdminFlags flags) => rules
        .Always(flags.Admin)
        .NotWith($"{flags.Admin.Name} off", result => flags.Admin.Read(result, DefaultAdmin, []) is null, flags.TokenFile, flags.Save);

    /// <summary>The environment may name a collector as well: <see cref="TelemetrySettings.WithEnvironment"/> checks that.</summary>
    private static void AddTelemetry(FlagRules rules, TelemetryFlags flags) => rules
        .Always(flags.AccessLog, flags.Otlp)
        .OnlyWith($"{flags.AccessLog.Name} WHERE", result => flags.AccessLog.Read(result, Off, []) != Off, flags.Format)
        .NotWith($"{flags.Otlp.Name} off", result => flags.Otlp.Read(result, "", []) == "off", flags.Protocol, flags.TraceSample);

    private static StoreKind Kind(StoreFlags store, ParseResult result) => store.ReadAddress(result, []).Kind;
}

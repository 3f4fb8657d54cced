using System.Text.Json.Serialization;
using Carousel.Control.Telemetry;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Admin;

/// <summary>All servers of the pool.</summary>
/// <param name="WindowSeconds">Length of the window ("the last seconds") of shares, rates and latencies.</param>
/// <param name="At">Time of the snapshot, by the balancer's clock.</param>
/// <param name="Servers">In the order of their slots.</param>
public sealed record ServerList(double WindowSeconds, DateTimeOffset At, IReadOnlyList<ServerView> Servers);

/// <summary>State and activity of a server.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Url">Where it listens.</param>
/// <param name="Id">Its id, the same on every replica.</param>
/// <param name="State">See <see cref="ServerState"/>.</param>
/// <param name="Since">When that state was first observed.</param>
/// <param name="Reason">Code of the failure behind the state: of docs/REASONS.md, <c>bad-status</c> or <c>bad-body</c>; null if there is none.</param>
/// <param name="Why">The same as text, and what else reduces its share; null if nothing does.</param>
/// <param name="LastProbe">Null if it was never probed.</param>
/// <param name="Addresses">The addresses of its name, with the port.</param>
/// <param name="Weight">0 to 1000.</param>
/// <param name="Max">Limit of requests in flight; null for no limit.</param>
/// <param name="Backup">It is used only if no primary server can be.</param>
/// <param name="Drain">It accepts no new sessions.</param>
/// <param name="InFlight">Requests in flight.</param>
/// <param name="LeftSeconds">Time until it is removed, if it is leaving; else null.</param>
/// <param name="Share">Its share of all requests of the last seconds, 0 to 1.</param>
/// <param name="RequestsPerSecond">In the last seconds, retries included.</param>
/// <param name="P50Ms">p50 latency to the response head in the last seconds; null without responses.</param>
/// <param name="P99Ms">p99 latency, likewise.</param>
/// <param name="Requests">Since it was added to the pool, retries included.</param>
/// <param name="Failures">Failed attempts among them.</param>
/// <param name="Responses">Its responses that were passed on, by status class.</param>
/// <param name="FailuresByReason"><paramref name="Failures"/> by reason; reasons that never occurred are omitted.</param>
/// <param name="Errors">Its 5xx, and failures except those caused by the client.</param>
/// <param name="ErrorShare">Share of errors in all that ended in the last seconds, 0 to 1.</param>
public sealed record ServerView(
    string Name, string Url, string Id, string State, DateTimeOffset Since, string? Reason, string? Why, ProbeView? LastProbe,
    IReadOnlyList<string> Addresses, int Weight, int? Max, bool Backup, bool Drain, int InFlight, double? LeftSeconds,
    double Share, double RequestsPerSecond, double? P50Ms, double? P99Ms, long Requests, long Failures,
    IReadOnlyDictionary<string, long> Responses, IReadOnlyDictionary<string, long> FailuresByReason, long Errors, double ErrorShare)
{
    private const double MicrosAMilli = 1000;

    /// <summary>The current state of all servers.</summary>
    internal static ServerList All(AdminContext context)
    {
        context.States.Look();
        ServerWindow window = context.Watch.Read();
        long total = window.Servers.Sum(activity => activity.Requests);
        return new ServerList(
            Math.Round(window.Length.TotalSeconds, 1), context.Time.GetUtcNow(), [.. window.Servers.Select(activity => Of(context, window, activity, total))]);
    }

    /// <summary>The current state of this server; null if it is no longer in the pool.</summary>
    internal static ServerView? Of(AdminContext context, Server server) => All(context).Servers.FirstOrDefault(view => view.Id == server.Id);

    private static ServerView Of(AdminContext context, ServerWindow window, ServerActivity activity, long total)
    {
        Server server = activity.Server;
        ServerEntry entry = server.Entry;
        (ServerState state, DateTimeOffset since) = context.States.Of(server);
        StateReason? reason = StateReason.Of(window.Pool, server, state);
        LatencyTotals latency = activity.Latency;
        double seconds = Math.Max(0.001, window.Length.TotalSeconds);
        return new ServerView(
            entry.Name, entry.Address.Url, server.Id, state.Name(), since, reason?.Code, reason?.Text, ProbeView.Of(server.LastProbe),
            [.. window.Pool.EndPoints(server).Select(endPoint => endPoint.ToString())],
            entry.Weight, entry.MaxRequests, entry.Backup, entry.Drain, server.Load.InFlight, context.TimeLeft(server)?.TotalSeconds,
            total == 0 ? 0 : Math.Round((double)activity.Requests / total, 4), Math.Round(activity.Requests / seconds, 1),
            Millis(latency, 0.5), Millis(latency, 0.99), activity.Now.Attempts, activity.Now.ByReason.Sum(),
            ResponseCounts.ByClass([activity.Now.ByClass]), ResponseCounts.ByReason(activity.Now.ByReason), activity.Now.Errors, activity.ErrorShare);
    }

    private static double? Millis(LatencyTotals latency, double share) =>
        latency.Count == 0 ? null : Math.Round(latency.Percentile(share) / MicrosAMilli, 3);
}

/// <summary>The pool as a whole.</summary>
/// <param name="Policy">The load balancing policy.</param>
/// <param name="Servers">Number of servers.</param>
/// <param name="Primary">Names of the servers picked from, except backups.</param>
/// <param name="Backup">Names of the backups picked from if no primary server is available.</param>
/// <param name="ByState">Number of servers in each state.</param>
/// <param name="Requests">Requests since the start.</param>
/// <param name="Connections">Open client connections.</param>
/// <param name="InFlight">Requests in flight.</param>
/// <param name="Sessions"><c>shared</c>, <c>sticky</c> or <c>off</c>.</param>
/// <param name="Responses">Responses of the servers now in the pool, by status class.</param>
/// <param name="Failures">Requests since the start without a complete server response, except those where the client failed.</param>
/// <param name="ListError">The error in the servers file, because of which the last good list is used; null if there is none.</param>
public sealed record PoolView(
    string Policy, int Servers, IReadOnlyList<string> Primary, IReadOnlyList<string> Backup, IReadOnlyDictionary<string, int> ByState, long Requests,
    long Connections, int InFlight, string Sessions, IReadOnlyDictionary<string, long> Responses, long Failures, string? ListError = null)
{
    /// <summary>The current state.</summary>
    internal static PoolView Of(AdminContext context)
    {
        context.States.Look();
        PoolSnapshot pool = context.Pool.Current;
        return new PoolView(
            PolicyText.Name(context.Policy, pool), pool.Servers.Length,
            [.. pool.Primary.Servers.Select(server => server.Entry.Name)],
            [.. pool.Backup.Servers.Select(server => server.Entry.Name)],
            pool.Servers.CountBy(server => context.States.Of(server).State.Name()).ToDictionary(),
            context.Traffic.Workers.Sum(worker => Volatile.Read(ref worker.Requests)),
            context.Traffic.Workers.Sum(worker => Volatile.Read(ref worker.Connections)),
            pool.Servers.Sum(server => server.Load.InFlight),
            context.SessionMode,
            ResponseCounts.ByClass(pool.Servers.Select(server => server.Traffic.Read().ByClass)),
            context.Traffic.Workers.Sum(worker => worker.Failures),
            context.ListError());
    }
}

/// <summary>A server to add: its line of servers.txt, or the parts of one.</summary>
/// <param name="Line"><c>http://localhost:8001 weight=3</c>; excludes all other fields.</param>
/// <param name="Url">Where it listens.</param>
/// <param name="Weight">See <see cref="ServerEntry.Weight"/>.</param>
/// <param name="Max">See <see cref="ServerEntry.MaxRequests"/>.</param>
/// <param name="Backup">See <see cref="ServerEntry.Backup"/>.</param>
/// <param name="Drain">See <see cref="ServerEntry.Drain"/>.</param>
/// <param name="Name">See <see cref="ServerEntry.Name"/>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewServer(
    string? Line = null, string? Url = null, int? Weight = null, int? Max = null, bool Backup = false, bool Drain = false, string? Name = null);

/// <summary>A weight to set.</summary>
/// <param name="Weight">0 to 1000.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewWeight(int? Weight);

/// <summary>A limit to set.</summary>
/// <param name="Max">At least 1; null for none.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewMax(int? Max);

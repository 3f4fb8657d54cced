using System.Text.Json.Serialization;
using Carousel.Control.Telemetry;
using Carousel.Core.Config;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Admin;

/// <summary>All servers of the pool.</summary>
/// <param name="WindowSeconds">How long "the last seconds" are, of which shares, rates and latencies speak.</param>
/// <param name="At">When it was so, by the balancer's clock.</param>
/// <param name="Servers">In the order of their places.</param>
public sealed record ServerList(double WindowSeconds, DateTimeOffset At, IReadOnlyList<ServerView> Servers);

/// <summary>How a server is, and what it does.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Url">Where it listens.</param>
/// <param name="Id">Its id, the same on every replica.</param>
/// <param name="State">See <see cref="ServerState"/>.</param>
/// <param name="Since">When that state was first seen.</param>
/// <param name="Reason">Why it is in that state, if something failed: a code of docs/REASONS.md, <c>bad-status</c> or <c>bad-body</c>; else null.</param>
/// <param name="Why">The same for people, and what else keeps it from its share; null if nothing does.</param>
/// <param name="LastProbe">Null if it was never probed.</param>
/// <param name="Addresses">What its name resolves to, with the port.</param>
/// <param name="Weight">0 to 1000.</param>
/// <param name="Max">Most requests in flight; null for no limit.</param>
/// <param name="Backup">It serves only when no other can.</param>
/// <param name="Drain">It takes no new visitors.</param>
/// <param name="InFlight">Requests in flight.</param>
/// <param name="LeftSeconds">Until it is gone, if it is leaving; null if not.</param>
/// <param name="Share">Of all requests of the last seconds, 0 to 1.</param>
/// <param name="RequestsPerSecond">In the last seconds, retries included.</param>
/// <param name="P50Ms">How long the heads of answers were waited for in the last seconds; null if none came.</param>
/// <param name="P99Ms">99 of 100 took no longer than this.</param>
/// <param name="Requests">Since it is in the pool, retries included.</param>
/// <param name="Failures">Those of them that failed.</param>
/// <param name="Responses">Its responses that were passed on, by class of their status.</param>
/// <param name="FailuresByReason"><paramref name="Failures"/> by reason; those that never occurred are left out.</param>
/// <param name="Errors">Its 5xx, and failures but for those where the client failed.</param>
/// <param name="ErrorShare">Of what ended in the last seconds, 0 to 1.</param>
public sealed record ServerView(
    string Name, string Url, string Id, string State, DateTimeOffset Since, string? Reason, string? Why, ProbeView? LastProbe,
    IReadOnlyList<string> Addresses, int Weight, int? Max, bool Backup, bool Drain, int InFlight, double? LeftSeconds,
    double Share, double RequestsPerSecond, double? P50Ms, double? P99Ms, long Requests, long Failures,
    IReadOnlyDictionary<string, long> Responses, IReadOnlyDictionary<string, long> FailuresByReason, long Errors, double ErrorShare)
{
    private const double MicrosAMilli = 1000;

    /// <summary>All servers as they are now.</summary>
    internal static ServerList All(AdminContext context)
    {
        context.States.Look();
        ServerWindow window = context.Watch.Read();
        long total = window.Servers.Sum(activity => activity.Requests);
        return new ServerList(
            Math.Round(window.Length.TotalSeconds, 1), context.Time.GetUtcNow(), [.. window.Servers.Select(activity => Of(context, window, activity, total))]);
    }

    /// <summary>This server as it is now; null if it is not in the pool any more.</summary>
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
/// <param name="Policy">How servers are chosen.</param>
/// <param name="Servers">How many there are.</param>
/// <param name="Primary">Names of those among whom is chosen, backups left out.</param>
/// <param name="Backup">Names of the backups among whom is chosen if none of the others can.</param>
/// <param name="ByState">How many servers are in each state.</param>
/// <param name="Requests">Requests since the start.</param>
/// <param name="Connections">Clients' connections that are open.</param>
/// <param name="InFlight">Requests in flight.</param>
/// <param name="Sessions"><c>shared</c>, <c>sticky</c> or <c>off</c>.</param>
/// <param name="Responses">Responses of the servers that are in the pool now, by class of their status.</param>
/// <param name="Failures">Requests since the start that got no server's response whole, but for those where the client failed.</param>
/// <param name="ListError">What is wrong with the file of the servers, so that the last good list is used in its place; null if nothing is.</param>
public sealed record PoolView(
    string Policy, int Servers, IReadOnlyList<string> Primary, IReadOnlyList<string> Backup, IReadOnlyDictionary<string, int> ByState, long Requests,
    long Connections, int InFlight, string Sessions, IReadOnlyDictionary<string, long> Responses, long Failures, string? ListError = null)
{
    /// <summary>As it is now.</summary>
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

/// <summary>A server to add: its line as in servers.txt, or what would stand there.</summary>
/// <param name="Line"><c>http://localhost:8001 weight=3</c>; without any other field.</param>
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

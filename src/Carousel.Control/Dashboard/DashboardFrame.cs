using System.Text.Json.Serialization;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Dashboard;

/// <summary>What the dashboard shows at one moment. Times in milliseconds, rates a second. What changes seldom is in <see cref="DashboardPool"/>.</summary>
/// <param name="Number">Counted from 1 since somebody began to watch: a gap is frames that a slow client has not got.</param>
/// <param name="Pool">The <see cref="DashboardPool.Version"/> that <paramref name="Servers"/> goes by.</param>
/// <param name="At">Milliseconds since 1970.</param>
/// <param name="Rate">Requests a second.</param>
/// <param name="Requests">Requests so far.</param>
/// <param name="Connections">Clients' connections that are open.</param>
/// <param name="Second">What is looked at once a second.</param>
/// <param name="Sessions">Null if sessions are off.</param>
/// <param name="Servers">In the order of the pool's.</param>
internal sealed record DashboardFrame(
    long Number, long Pool, long At, double Rate, long Requests, long Connections, SecondFrame Second, SessionFrame? Sessions, ServersFrame Servers);

/// <summary>What takes a walk through thousands of numbers a server. Of servers that left the pool nothing is in it any more.</summary>
/// <param name="Number">Counted from 1; each has a column in the heat strip.</param>
/// <param name="P50">Half of the answers of the last while began sooner than this; -1 if none came.</param>
/// <param name="P99">99 of 100.</param>
/// <param name="Heat">How many answers of this second took how long to begin: by <see cref="DashboardPool.Bands"/>, and one more for all beyond.</param>
/// <param name="Responses">Answers so far by status / 100, from index 2 for 2xx.</param>
/// <param name="Reasons">What has failed so far.</param>
/// <param name="Failed">Requests so far that got no server's response whole, but for those where the client failed.</param>
/// <param name="ErrorShare">5xx and <paramref name="Failed"/>: their share of what ended in the last minute, 0 to 1; -1 if nothing did.</param>
internal sealed record SecondFrame(
    long Number, double P50, double P99, long[] Heat, long[] Responses, ReasonFrame[] Reasons, long Failed, double ErrorShare);

/// <summary>How often something has failed so far.</summary>
/// <param name="Reason">Its code.</param>
/// <param name="Sentence">What that means.</param>
/// <param name="Requests">Requests that clients got no whole answer to.</param>
/// <param name="Attempts">Attempts at servers: those that another server made good, too.</param>
internal sealed record ReasonFrame(string Reason, string Sentence, long Requests, long Attempts);

/// <summary>What was counted of sessions so far.</summary>
/// <param name="Minted">New visitors.</param>
/// <param name="Returned">Requests with a good cookie.</param>
/// <param name="Moved">Sticky visitors that got another server.</param>
/// <param name="Stateless">Requests that carry their state themselves.</param>
/// <param name="Store">How the store is.</param>
internal sealed record SessionFrame(long Minted, long Returned, long Moved, long Stateless, string Store);

/// <summary>What changes of the servers: column by column, which takes a third of the bytes that objects would.</summary>
/// <param name="State">A letter each: a <see cref="ServerState"/>, counted from 'a'.</param>
/// <param name="InFlight">Requests in flight.</param>
/// <param name="Requests">Requests so far, retries included.</param>
/// <param name="Rate">Requests a second.</param>
/// <param name="P99">99 of 100 answers of the last while began sooner than this; -1 if none came.</param>
/// <param name="Left">Milliseconds until it is gone, of one that is leaving; until it is tried again, of one that is ejected. By place; others are not in it.</param>
/// <param name="Status4xx">4xx so far.</param>
/// <param name="Status5xx">5xx so far.</param>
/// <param name="Failed">Attempts so far that failed, but for those where the client did.</param>
/// <param name="ErrorShare">5xx and failures: their share of what ended in the last minute, 0 to 1; -1 if nothing did.</param>
/// <param name="Since">When it came into its state, in milliseconds since 1970. By place; only those that fail, or are new, are in it.</param>
/// <param name="Why">Why it is in its state, for people. By place, as <paramref name="Since"/>.</param>
internal sealed record ServersFrame(
    string State, int[] InFlight, long[] Requests, double[] Rate, double[] P99, Dictionary<int, long> Left,
    long[] Status4xx, long[] Status5xx, long[] Failed, double[] ErrorShare, Dictionary<int, long> Since, Dictionary<int, string> Why);

/// <summary>What changes seldom: sent before the first frame, and before a frame that has another <see cref="DashboardFrame.Pool"/>.</summary>
/// <param name="Version">Another with every change.</param>
/// <param name="Product">For the foot of the page.</param>
/// <param name="Bands">Upper ends of the heat strip's bands, in milliseconds.</param>
/// <param name="States">The names of the states, in the order of their letters.</param>
/// <param name="Servers">In the order of the ring.</param>
internal sealed record DashboardPool(long Version, string Product, double[] Bands, string[] States, ServerFacts[] Servers);

/// <summary>What is set of a server.</summary>
internal sealed record ServerFacts(string Id, string Name, string Url, int Weight, int? Max, bool Backup, bool Drain);

/// <summary>An event, as it is sent.</summary>
internal sealed record EventFrame(long Number, long At, string Level, string? Server, string Text)
{
    public static EventFrame Of(LoggedEvent logged) =>
        new(logged.Number, logged.At.ToUnixTimeMilliseconds(), logged.Level.ToString().ToLowerInvariant(), logged.Server, logged.Text);
}

[JsonSerializable(typeof(DashboardFrame))]
[JsonSerializable(typeof(DashboardPool))]
[JsonSerializable(typeof(EventFrame[]))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class DashboardJson : JsonSerializerContext;

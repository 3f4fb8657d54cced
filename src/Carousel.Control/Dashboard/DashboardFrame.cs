using System.Text.Json.Serialization;
using Carousel.Core.Events;
using Carousel.Core.Pools;

namespace Carousel.Control.Dashboard;

/// <summary>One frame of the dashboard. Times in milliseconds, rates per second. Rarely changing data is in <see cref="DashboardPool"/>.</summary>
/// <param name="Number">Sequence number from 1 since sampling started; a gap means that a slow client missed frames.</param>
/// <param name="Pool">The <see cref="DashboardPool.Version"/> that <paramref name="Servers"/> refers to.</param>
/// <param name="At">Milliseconds since 1970.</param>
/// <param name="Rate">Requests per second.</param>
/// <param name="Requests">Total requests.</param>
/// <param name="Connections">Open client connections.</param>
/// <param name="Second">Values updated once per second.</param>
/// <param name="Sessions">Null if sessions are off.</param>
/// <param name="Servers">In the order of the pool.</param>
internal sealed record DashboardFrame(
    long Number, long Pool, long At, double Rate, long Requests, long Connections, SecondFrame Second, SessionFrame? Sessions, ServersFrame Servers);

/// <summary>Values that require reading thousands of counters per server. Removed servers are not included.</summary>
/// <param name="Number">Sequence number from 1; each is a column of the heat map.</param>
/// <param name="P50">p50 time to first byte in the latency window; -1 without responses.</param>
/// <param name="P99">p99 time to first byte in the latency window.</param>
/// <param name="Heat">Responses in this second by time to first byte: one count per <see cref="DashboardPool.Bands"/>, and one for longer times.</param>
/// <param name="Responses">Total responses by status / 100, from index 2 for 2xx.</param>
/// <param name="Reasons">Failures so far.</param>
/// <param name="Failed">Total requests without a complete response from a server, without client-side failures.</param>
/// <param name="ErrorShare">Error rate (5xx and <paramref name="Failed"/>) over the last minute, 0 to 1; -1 if no request finished.</param>
internal sealed record SecondFrame(
    long Number, double P50, double P99, long[] Heat, long[] Responses, ReasonFrame[] Reasons, long Failed, double ErrorShare);

/// <summary>Total failures with one reason.</summary>
/// <param name="Reason">Its code.</param>
/// <param name="Sentence">Its description.</param>
/// <param name="Requests">Requests that failed for the client.</param>
/// <param name="Attempts">Failed attempts at servers, including those whose retry succeeded.</param>
internal sealed record ReasonFrame(string Reason, string Sentence, long Requests, long Attempts);

/// <summary>Total session counts.</summary>
/// <param name="Minted">New sessions.</param>
/// <param name="Returned">Requests with a valid cookie.</param>
/// <param name="Moved">Sticky sessions moved to another server.</param>
/// <param name="Stateless">Requests that carry their own state.</param>
/// <param name="Store">The state of the store.</param>
internal sealed record SessionFrame(long Minted, long Returned, long Moved, long Stateless, string Store);

/// <summary>Changing values of the servers, column by column: a third of the size of an array of objects.</summary>
/// <param name="State">One letter per server: a <see cref="ServerState"/>, counted from 'a'.</param>
/// <param name="InFlight">Requests in flight.</param>
/// <param name="Requests">Total requests, including retries.</param>
/// <param name="Rate">Requests per second.</param>
/// <param name="P99">p99 time to first byte in the latency window; -1 without responses.</param>
/// <param name="Left">Milliseconds until a leaving server is removed, or until an ejected server gets a trial. Keyed by index; other servers are absent.</param>
/// <param name="Status4xx">Total 4xx responses.</param>
/// <param name="Status5xx">Total 5xx responses.</param>
/// <param name="Failed">Total failed attempts, without client-side failures.</param>
/// <param name="ErrorShare">Error rate (5xx and failures) over the last minute, 0 to 1; -1 if no request finished.</param>
/// <param name="Since">When the server entered its state, in milliseconds since 1970. Keyed by index; only failing and new servers are included.</param>
/// <param name="Why">Why it is in its state. Keyed by index, as <paramref name="Since"/>.</param>
internal sealed record ServersFrame(
    string State, int[] InFlight, long[] Requests, double[] Rate, double[] P99, Dictionary<int, long> Left,
    long[] Status4xx, long[] Status5xx, long[] Failed, double[] ErrorShare, Dictionary<int, long> Since, Dictionary<int, string> Why);

/// <summary>Rarely changing data: sent before the first frame, and before a frame with another <see cref="DashboardFrame.Pool"/>.</summary>
/// <param name="Version">Incremented with every change.</param>
/// <param name="Product">The name and version in the page's footer.</param>
/// <param name="Bands">Upper bounds of the heat map's bands, in milliseconds.</param>
/// <param name="States">The names of the states, in the order of their letters.</param>
/// <param name="Servers">In the order of the ring.</param>
internal sealed record DashboardPool(long Version, string Product, double[] Bands, string[] States, ServerFacts[] Servers);

/// <summary>The configuration of a server.</summary>
internal sealed record ServerFacts(string Id, string Name, string Url, int Weight, int? Max, bool Backup, bool Drain);

/// <summary>An event of the log.</summary>
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

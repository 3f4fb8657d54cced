using System.Text;
using Carousel.Core.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Carousel.Control.Admin;

/// <summary>Which server a request would be sent to now, and why.</summary>
/// <param name="Url">Path and query of the request.</param>
/// <param name="Client">The client's address.</param>
/// <param name="Policy">The load balancing policy.</param>
/// <param name="Session">The session cookie's meaning; null if sessions are off or no cookie was given.</param>
/// <param name="Among">The set picked from: <c>own</c>, <c>primary</c>, <c>suspects</c>, <c>backup</c>, <c>backup-suspects</c>, <c>ejected</c>, <c>panic</c>, <c>queue</c> or <c>none</c>.</param>
/// <param name="Pick">The picked server; null if the pick is random or in rotation, or there is none.</param>
/// <param name="Why">The reasons, in sentences.</param>
/// <param name="Candidates">All servers.</param>
public sealed record ExplainView(
    string Url, string Client, string Policy, ExplainedSession? Session, string Among, string? Pick, IReadOnlyList<string> Why,
    IReadOnlyList<ExplainedServer> Candidates);

/// <summary>A session cookie.</summary>
/// <param name="Cookie">Its verdict.</param>
/// <param name="Mode"><c>shared</c> or <c>sticky</c>.</param>
/// <param name="Server">The server that it names; null if that is no longer in the pool, or the cookie is invalid.</param>
public sealed record ExplainedSession(string Cookie, string Mode, string? Server);

/// <summary>A server, as seen by a pick.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Url">Where it listens.</param>
/// <param name="State">Its state.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="Backup">It is used only if no primary server can be.</param>
/// <param name="InFlight">Requests in flight.</param>
/// <param name="Max">Limit of requests in flight; null for no limit.</param>
/// <param name="LatencyMs">Its response latency as policies see it; null before the first response.</param>
/// <param name="IsEligible">It may be picked for this request.</param>
/// <param name="Share">Its long-run share of such requests, if that is determined by weights; else null.</param>
/// <param name="Why">Why it may be picked, or may not.</param>
public sealed record ExplainedServer(
    string Name, string Url, string State, int Weight, bool Backup, int InFlight, int? Max, double? LatencyMs, bool IsEligible, double? Share, string Why);

/// <summary>Explains picks.</summary>
internal static class ExplainEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, AdminContext context) => routes.MapGet("/api/v1/explain", http =>
    {
        IQueryCollection query = http.Request.Query;
        var request = new ExplainRequest(Text(query["url"], "/"), Text(query["cookie"], ""), Client(Text(query["client"], "127.0.0.1")), Text(query["header"], ""));
        return http.Response.WriteAsJsonAsync(new Explainer(context).Explain(request), AdminJson.Default.ExplainView, cancellationToken: http.RequestAborted);
    });

    /// <summary>In the canonical form that is hashed; text that is not an address is kept.</summary>
    private static string Client(string given) => AddressText.TryReadNode(Encoding.UTF8.GetBytes(given), out ClientAddress client) ? client.ToString() : given;

    private static string Text(string? given, string fallback) => string.IsNullOrEmpty(given) ? fallback : given;
}

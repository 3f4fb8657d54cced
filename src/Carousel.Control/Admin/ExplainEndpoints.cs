using System.Text;
using Carousel.Core.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Carousel.Control.Admin;

/// <summary>Who would be sent a request that came now, and why.</summary>
/// <param name="Url">Path and query of the request.</param>
/// <param name="Client">The client's address.</param>
/// <param name="Policy">How servers are chosen.</param>
/// <param name="Session">What the visitor's cookie means; null if sessions are off or none was given.</param>
/// <param name="Among">Among whom is chosen: <c>own</c>, <c>primary</c>, <c>suspects</c>, <c>backup</c>, <c>backup-suspects</c>, <c>ejected</c>, <c>panic</c>, <c>queue</c> or <c>none</c>.</param>
/// <param name="Pick">Who is picked; null if chance, a turn or nobody is.</param>
/// <param name="Why">Why, in sentences.</param>
/// <param name="Candidates">All servers.</param>
public sealed record ExplainView(
    string Url, string Client, string Policy, ExplainedSession? Session, string Among, string? Pick, IReadOnlyList<string> Why,
    IReadOnlyList<ExplainedServer> Candidates);

/// <summary>A visitor's cookie.</summary>
/// <param name="Cookie">What it is worth.</param>
/// <param name="Mode"><c>shared</c> or <c>sticky</c>.</param>
/// <param name="Server">The server that it names; null if that is not in the pool any more, or the cookie is no good.</param>
public sealed record ExplainedSession(string Cookie, string Mode, string? Server);

/// <summary>A server, as a pick sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Url">Where it listens.</param>
/// <param name="State">How it is.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="Backup">It serves only when no other can.</param>
/// <param name="InFlight">Requests in flight.</param>
/// <param name="Max">Most of them; null for no limit.</param>
/// <param name="LatencyMs">How long its answers are waited for, as policies see it; null before the first.</param>
/// <param name="IsEligible">It may be picked for this request.</param>
/// <param name="Share">How much of such requests it gets in the long run, where that is a matter of weights; else null.</param>
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

    /// <summary>In the form that is hashed, however it was written; what is no address stays.</summary>
    private static string Client(string given) => AddressText.TryReadNode(Encoding.UTF8.GetBytes(given), out ClientAddress client) ? client.ToString() : given;

    private static string Text(string? given, string fallback) => string.IsNullOrEmpty(given) ? fallback : given;
}

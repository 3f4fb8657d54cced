using System.Text;
using Carousel.Control.Store.Client;
using Carousel.Control.Store.Records;
using Carousel.Core.Config;
using Carousel.Core.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Carousel.Control.Admin;

/// <summary>The sessions in the store.</summary>
/// <param name="Mode"><c>shared</c>, <c>sticky</c> or <c>off</c>.</param>
/// <param name="Store">Address of the store; null if there is none.</param>
/// <param name="State">State of the store.</param>
/// <param name="Count">Number of sessions; null if there is no store.</param>
/// <param name="IsAll">False if the store has more than were counted.</param>
/// <param name="ByServer">Number of sessions by the URL of the server that served them last.</param>
public sealed record SessionsView(string Mode, string? Store, string State, int? Count, bool IsAll, IReadOnlyDictionary<string, int> ByServer);

/// <summary>A session as stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Cookie">Verdict on the queried cookie; null if the query was by id.</param>
/// <param name="Server">URL of the server that responded last; null without a record, like all that follows.</param>
/// <param name="Client">The client's address.</param>
/// <param name="Requests">Number of requests so far.</param>
/// <param name="Created">When it was created.</param>
/// <param name="LastSeen">Time of its last request.</param>
/// <param name="ExpiresInSeconds">Time to expiry.</param>
/// <param name="Data">Data that servers keep for it; null if none.</param>
/// <param name="Headers">Header fields of its last request, without credentials.</param>
public sealed record SessionDetail(
    string Id, string? Cookie, string? Server, string? Client, long? Requests, DateTimeOffset? Created, DateTimeOffset? LastSeen, double? ExpiresInSeconds,
    string? Data, IReadOnlyDictionary<string, string> Headers);

/// <summary>Session counts and lookup by id or cookie. Reads the store, so every replica gives the same result.</summary>
internal sealed class SessionEndpoints(AdminContext context)
{
    public static void Map(IEndpointRouteBuilder routes, AdminContext context)
    {
        var sessions = new SessionEndpoints(context);
        routes.MapGet("/api/v1/sessions", sessions.CountAsync);
        routes.MapGet("/api/v1/sessions/{id}", sessions.ShowAsync);
    }

    private async Task CountAsync(HttpContext http)
    {
        string state = (context.Store?.State ?? StoreState.None).ToString().ToLowerInvariant();
        var view = new SessionsView(context.SessionMode, null, state, null, false, new Dictionary<string, int>());
        if (HasStore)
        {
            SessionList list = await AskAsync(reader => reader.ListAsync(int.MaxValue)).ConfigureAwait(false);
            Dictionary<string, int> byServer = list.Newest.CountBy(session => session.Text(SessionRecord.Backend)).ToDictionary();
            view = view with { Store = SessionLookup.Name(context.StoreAddress), Count = list.Count, IsAll = list.IsAll, ByServer = byServer };
        }
        await http.Response.WriteAsJsonAsync(view, AdminJson.Default.SessionsView, cancellationToken: http.RequestAborted).ConfigureAwait(false);
    }

    private async Task ShowAsync(HttpContext http)
    {
        string what = (string)http.GetRouteValue("id")!;
        string value = what[(what.IndexOf('=') + 1)..].Trim();
        byte[] signed = new byte[SessionTicket.SignedBytes];
        bool isId = SessionId.TryParse(value, out SessionId id);
        if (!isId && !SessionCookie.TryDecode(Encoding.UTF8.GetBytes(value), signed))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, $"expected a session's id ({SessionId.TextLength} hexadecimal digits) or a cookie's value "
                + $"({SessionCookie.TextLength} characters), found {Quote.Of(what)}");
        }
        if (!HasStore)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, "there is no store: --session and --store configure where sessions are kept");
        }
        SessionView view = await AskAsync(async reader =>
        {
            (CookieVerdict, SessionTicket Ticket)? cookie = isId ? null
                : await reader.EvaluateAsync(signed, context.Sessions!.Options, context.Time.GetUtcNow().ToUnixTimeSeconds()).ConfigureAwait(false);
            return await reader.ShowAsync(cookie?.Ticket.Id ?? id).ConfigureAwait(false) with { Cookie = cookie };
        }).ConfigureAwait(false);
        if (view.Fields.Count == 0 && view.Cookie is null)
        {
            throw new ProblemException(StatusCodes.Status404NotFound, "no such session: expired, not written yet, or in another store");
        }
        await http.Response.WriteAsJsonAsync(Detail(view), AdminJson.Default.SessionDetail, cancellationToken: http.RequestAborted).ConfigureAwait(false);
    }

    private bool HasStore => context.Store is not null && context.StoreAddress.Kind != StoreKind.None;

    private async Task<T> AskAsync<T>(Func<SessionReader, Task<T>> read)
    {
        try
        {
            return await SessionLookup.ReadAsync(context.StoreAddress, read).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            throw new ProblemException(StatusCodes.Status503ServiceUnavailable, $"the store {SessionLookup.Name(context.StoreAddress)} can't be queried: {e.Failure.Text}");
        }
    }

    private static SessionDetail Detail(SessionView view)
    {
        bool hasRecord = view.Fields.Count != 0;
        Dictionary<string, string> headers = view.Fields
            .Where(field => field.Key.StartsWith(SessionRecord.HeaderPrefix, StringComparison.Ordinal))
            .ToDictionary(field => field.Key[SessionRecord.HeaderPrefix.Length..], field => field.Value);
        return new SessionDetail(
            view.Id.ToString(), view.Cookie is { } cookie ? VerdictText.Of(cookie.Verdict) : null, view.Fields.GetValueOrDefault(SessionRecord.Backend),
            view.Fields.GetValueOrDefault(SessionRecord.Client), hasRecord ? view.Number(SessionRecord.Requests) : null, Moment(view, SessionRecord.Created),
            Moment(view, SessionRecord.LastSeen), view.Expires?.TotalSeconds, view.Data, headers);
    }

    private static DateTimeOffset? Moment(SessionView view, string field) =>
        view.Fields.ContainsKey(field) ? DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(view.Number(field), 0, uint.MaxValue)) : null;
}

/// <summary>Names of cookie verdicts.</summary>
internal static class VerdictText
{
    public static string Of(CookieVerdict verdict) => verdict switch
    {
        CookieVerdict.Valid => "valid",
        CookieVerdict.Expired => "expired",
        CookieVerdict.UnknownKey => "unknown-key",
        CookieVerdict.Forged => "forged",
        _ => "malformed",
    };
}

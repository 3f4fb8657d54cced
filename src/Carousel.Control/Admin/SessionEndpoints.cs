using System.Text;
using Carousel.Control.Store;
using Carousel.Core.Config;
using Carousel.Core.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Carousel.Control.Admin;

/// <summary>The sessions in the store.</summary>
/// <param name="Mode"><c>shared</c>, <c>sticky</c> or <c>off</c>.</param>
/// <param name="Store">Where they are kept; null if nowhere.</param>
/// <param name="State">How the store is.</param>
/// <param name="Count">How many there are; null if there is no store to ask.</param>
/// <param name="IsAll">False if the store has more than were counted.</param>
/// <param name="ByServer">How many were last served by each server, by its URL.</param>
public sealed record SessionsView(string Mode, string? Store, string State, int? Count, bool IsAll, IReadOnlyDictionary<string, int> ByServer);

/// <summary>A session as the store has it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Cookie">What the cookie that was asked about is worth; null if an id was.</param>
/// <param name="Server">URL of the server that answered last; null without a record, as all that follows.</param>
/// <param name="Client">The client's address.</param>
/// <param name="Requests">How many, so far.</param>
/// <param name="Created">Since when.</param>
/// <param name="LastSeen">Its last request.</param>
/// <param name="ExpiresInSeconds">Until it is forgotten.</param>
/// <param name="Data">What servers keep for it; null if nothing.</param>
/// <param name="Headers">Fields of its last request, without credentials.</param>
public sealed record SessionDetail(
    string Id, string? Cookie, string? Server, string? Client, long? Requests, DateTimeOffset? Created, DateTimeOffset? LastSeen, double? ExpiresInSeconds,
    string? Data, IReadOnlyDictionary<string, string> Headers);

/// <summary>Sessions: how many, and one by its id or cookie. It is the store that is asked, so that it works with any balancer of several.</summary>
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
            throw new ProblemException(StatusCodes.Status409Conflict, "there is no store to ask: --session and --store say where sessions are kept");
        }
        SessionView view = await AskAsync(async reader =>
        {
            (CookieVerdict, SessionTicket Ticket)? cookie = isId ? null
                : await reader.EvaluateAsync(signed, context.Sessions!.Options, context.Time.GetUtcNow().ToUnixTimeSeconds()).ConfigureAwait(false);
            return await reader.ShowAsync(cookie?.Ticket.Id ?? id).ConfigureAwait(false) with { Cookie = cookie };
        }).ConfigureAwait(false);
        if (view.Fields.Count == 0 && view.Cookie is null)
        {
            throw new ProblemException(StatusCodes.Status404NotFound, "no such session: forgotten after its time, not written yet, or of another store");
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
            throw new ProblemException(StatusCodes.Status503ServiceUnavailable, $"the store {SessionLookup.Name(context.StoreAddress)} can't be asked: {e.Failure.Text}");
        }
    }

    private static SessionDetail Detail(SessionView view)
    {
        bool isThere = view.Fields.Count != 0;
        Dictionary<string, string> headers = view.Fields
            .Where(field => field.Key.StartsWith(SessionRecord.HeaderPrefix, StringComparison.Ordinal))
            .ToDictionary(field => field.Key[SessionRecord.HeaderPrefix.Length..], field => field.Value);
        return new SessionDetail(
            view.Id.ToString(), view.Cookie is { } cookie ? VerdictText.Of(cookie.Verdict) : null, view.Fields.GetValueOrDefault(SessionRecord.Backend),
            view.Fields.GetValueOrDefault(SessionRecord.Client), isThere ? view.Number(SessionRecord.Requests) : null, Moment(view, SessionRecord.Created),
            Moment(view, SessionRecord.LastSeen), view.Expires?.TotalSeconds, view.Data, headers);
    }

    private static DateTimeOffset? Moment(SessionView view, string field) =>
        view.Fields.ContainsKey(field) ? DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(view.Number(field), 0, uint.MaxValue)) : null;
}

/// <summary>Verdicts on cookies in words.</summary>
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

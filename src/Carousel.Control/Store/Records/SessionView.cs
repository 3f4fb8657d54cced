using Carousel.Core.Sessions;

namespace Carousel.Control.Store.Records;

/// <summary>A session's record as stored.</summary>
/// <param name="Id">The session's id.</param>
/// <param name="Fields">All of its fields, in any order; empty if there is no record.</param>
internal sealed record SessionView(SessionId Id, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>Time to expiry; null if it never expires.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>Data that backends keep for it: the type and, of a hash, the number of fields; null if none.</summary>
    public string? Data { get; init; }

    /// <summary>The queried cookie and its verdict; null if the query was by id.</summary>
    public (CookieVerdict Verdict, SessionTicket Ticket)? Cookie { get; init; }

    /// <summary>A numeric field; 0 if it is missing or not a number.</summary>
    public long Number(string field) => Fields.TryGetValue(field, out string? text) && long.TryParse(text, out long number) ? number : 0;

    /// <summary>A text field; "-" if it is missing.</summary>
    public string Text(string field) => Fields.GetValueOrDefault(field, "-");
}

/// <summary>Sessions of a store.</summary>
/// <param name="Newest">The most recently seen of those scanned.</param>
/// <param name="Count">How many were scanned.</param>
/// <param name="IsAll">False if the store has more.</param>
internal sealed record SessionList(IReadOnlyList<SessionView> Newest, int Count, bool IsAll);

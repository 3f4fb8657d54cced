using Carousel.Core.Sessions;

namespace Carousel.Control.Store;

/// <summary>A session's record as it is in the store.</summary>
/// <param name="Id">Whose it is.</param>
/// <param name="Fields">All of its fields, in any order; empty if there is no record.</param>
internal sealed record SessionView(SessionId Id, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>Until it is forgotten; null if it never is.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>What backends keep for it: a type and, of a hash, how many fields; null if nothing.</summary>
    public string? Data { get; init; }

    /// <summary>The cookie that was asked about, and what it turned out to be; null if an id was asked about.</summary>
    public (CookieVerdict Verdict, SessionTicket Ticket)? Cookie { get; init; }

    /// <summary>A field that is a number; 0 if it is not there or none.</summary>
    public long Number(string field) => Fields.TryGetValue(field, out string? text) && long.TryParse(text, out long number) ? number : 0;

    /// <summary>A field's text.</summary>
    public string Text(string field) => Fields.GetValueOrDefault(field, "-");
}

/// <summary>Some of the sessions of a store.</summary>
/// <param name="Newest">Those seen last, of those that were looked at.</param>
/// <param name="Count">How many were looked at.</param>
/// <param name="IsAll">False if the store has more.</param>
internal sealed record SessionList(IReadOnlyList<SessionView> Newest, int Count, bool IsAll);

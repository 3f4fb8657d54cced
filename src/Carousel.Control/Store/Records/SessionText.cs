using System.Globalization;
using System.Text;
using Carousel.Core.Sessions;

namespace Carousel.Control.Store.Records;

/// <summary>Sessions as <c>carousel session</c> prints them. Pure.</summary>
internal static class SessionText
{
    private static readonly string[] s_header = ["session", "last seen", "requests", "server", "client"];

    /// <summary>A table with one line per session, and a line with the count.</summary>
    public static string Of(SessionList list, long now)
    {
        string[][] rows = [s_header, .. list.Newest.Select(view => Row(view, now))];
        int[] widths = [.. s_header.Select((_, column) => rows.Max(row => row[column].Length))];
        IEnumerable<string> lines = rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        string table = list.Newest.Count == 0 ? "" : string.Join('\n', lines) + "\n";
        return table + Count(list);
    }

    /// <summary>All fields of a session, one per line.</summary>
    public static string Of(SessionView view, long now)
    {
        var lines = new List<(string Name, string Value)> { ("session", view.Id.ToString()) };
        if (view.Cookie is var (verdict, ticket))
        {
            lines.Add(("cookie", VerdictOf(verdict, ticket, now)));
        }
        if (view.Fields.Count == 0)
        {
            lines.Add(("record", "none: expired, not written yet, or in another store"));
        }
        else
        {
            lines.Add(("server", Clean(view.Text(SessionRecord.Backend))));
            lines.Add(("client", Clean(view.Text(SessionRecord.Client))));
            lines.Add(("requests", Clean(view.Text(SessionRecord.Requests))));
            lines.Add(("created", Moment(view.Number(SessionRecord.Created), now)));
            lines.Add(("last seen", Moment(view.Number(SessionRecord.LastSeen), now)));
            lines.Add(("expires", view.Expires is { } expires ? $"in {Short((long)expires.TotalSeconds)}" : "never"));
        }
        lines.Add(("data", view.Data is null ? "none" : $"{view.Data} ({SessionRecord.KeyPrefix}{view.Id}{SessionRecord.DataSuffix})"));
        lines.AddRange(view.Fields.Where(field => field.Key.StartsWith(SessionRecord.HeaderPrefix, StringComparison.Ordinal))
            .OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => (Clean(field.Key[SessionRecord.HeaderPrefix.Length..]), Clean(field.Value))));
        int width = lines.Max(line => line.Name.Length);
        return string.Join('\n', lines.Select(line => $"{line.Name.PadRight(width)}  {line.Value}"));
    }

    private static string[] Row(SessionView view, long now) =>
    [
        view.Id.ToString(),
        Short(now - view.Number(SessionRecord.LastSeen)) + " ago",
        Clean(view.Text(SessionRecord.Requests)),
        Clean(view.Text(SessionRecord.Backend)),
        Clean(view.Text(SessionRecord.Client)),
    ];

    private static string Count(SessionList list)
    {
        string all = list.Count == 1 ? "1 session" : $"{list.Count} sessions";
        string shown = list.Newest.Count == list.Count ? all : $"the newest {list.Newest.Count} of {all} (--limit N shows more)";
        return list.IsAll ? shown : $"{shown}; the store has more that were not scanned";
    }

    private static string VerdictOf(CookieVerdict verdict, SessionTicket ticket, long now)
    {
        string issued = $"issued {Moment(ticket.IssuedAt, now)} under key {ticket.KeyId}";
        return verdict switch
        {
            CookieVerdict.Valid => $"valid, {issued}",
            CookieVerdict.Expired => $"expired, unless --session-ttl is longer than its default: {issued}",
            CookieVerdict.UnknownKey => $"invalid: the store has no key {ticket.KeyId} (too old, or from another Carousel)",
            _ => $"invalid: wrong signature (modified, or signed by another Carousel with key {ticket.KeyId})",
        };
    }

    private static string Moment(long seconds, long now) =>
        $"{DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, uint.MaxValue)).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)} "
        + $"({Short(now - seconds)} ago)";

    /// <summary>In the largest non-zero unit. Future times are shown as 0s, since clocks differ.</summary>
    private static string Short(long seconds) => Math.Max(seconds, 0) switch
    {
        < 60 and var s => $"{s}s",
        < 3600 and var s => $"{s / 60}m",
        < 86400 and var s => $"{s / 3600}h",
        var s => $"{s / 86400}d",
    };

    /// <summary>Removes control characters: text from clients must not control a terminal.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            clean.Append(char.IsControl(c) || c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' ? '?' : c);
        }
        return clean.ToString();
    }
}

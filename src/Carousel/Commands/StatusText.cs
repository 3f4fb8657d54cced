using System.Globalization;
using System.Text;
using Carousel.Control.Admin;

namespace Carousel.Commands;

/// <summary>The table of servers, failing ones first. Pure.</summary>
internal static class StatusText
{
    /// <summary>Terminal width that fits every column.</summary>
    private const int Wide = 130;

    private const string Green = "\e[32m", Red = "\e[31m", Yellow = "\e[33m", Bold = "\e[1m", Reset = "\e[0m", ClearLine = "\e[K";

    /// <summary>A smaller share of errors may be caused by clients.</summary>
    private const double ManyErrors = 0.05;

    private static readonly string[] Failing = ["down", "unresolved", "ejected", "on-trial", "suspect"];

    private static readonly Column[] Columns =
    [
        new("server", (server, _) => server.Name),
        new("state", (server, _) => server.State + (server.LeftSeconds is { } left ? $" {Math.Max(0, left):0}s" : "")),
        new("since", (server, now) => Age(now - server.Since)),
        new("weight", (server, _) => $"{server.Weight}"),
        new("in flight", (server, _) => server.Max is { } max ? $"{server.InFlight}/{max}" : $"{server.InFlight}"),
        new("share", (server, _) => Text(100 * server.Share, "0.#") + "%"),
        new("req/s", (server, _) => Text(server.RequestsPerSecond, "0.#")),
        new("p50 ms", (server, _) => Millis(server.P50Ms), IsForWide: true),
        new("p99 ms", (server, _) => Millis(server.P99Ms)),
        new("4xx", (server, _) => $"{server.Responses.GetValueOrDefault("4xx")}"),
        new("5xx", (server, _) => $"{server.Responses.GetValueOrDefault("5xx")}"),
        new("failed", (server, _) => $"{server.Errors - server.Responses.GetValueOrDefault("5xx")}"),
        new("address", (server, _) => server.Url, IsForWide: true),
    ];

    /// <summary>Two lines for the pool, one per server, and one more for a failing server; each ends with a line feed.</summary>
    /// <param name="now">The state to show.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="height">Lines of the terminal.</param>
    /// <param name="hasColors">True for a terminal.</param>
    public static string Of((PoolView Pool, ServerList Servers) now, int width, int height, bool hasColors)
    {
        (PoolView pool, ServerList servers) = now;
        string seconds = Text(servers.WindowSeconds, "0.#");
        var text = new StringBuilder();
        Add(text, $"{Count.Of(pool.Servers, "server")}, {pool.Policy}; {Count.Of(pool.InFlight, "request")} in flight, {Count.Of(pool.Connections, "connection")}; "
            + $"shares, rates, latencies of the last {seconds} s", width, "", hasColors);
        Add(text, Totals(pool), width, "", hasColors);
        if (pool.ListError is { } failure)
        {
            Add(text, $"the last good list is in use: {failure}", width, hasColors ? Red : "", hasColors);
            height--;
        }
        ServerView[] ordered = [.. servers.Servers.OrderBy(server => Failing.Contains(server.State) ? 0 : server.ErrorShare >= ManyErrors ? 1 : 2)];
        Column[] columns = [.. Columns.Where(column => width >= Wide || !column.IsForWide)];
        IReadOnlyList<string> lines = Plain.Table([[.. columns.Select(column => column.Title)],
            .. ordered.Select(server => columns.Select(column => column.Cell(server, servers.At)).ToArray())]);
        Add(text, lines[0], width, hasColors ? Bold : "", hasColors);
        // Two lines of the pool, the header, the "and N more" line, and the cursor's line.
        int room = Math.Max(1, height - 5);
        int shown = 0;
        for (; shown < ordered.Length && room > 0; shown++, room--)
        {
            string color = hasColors ? Color(ordered[shown].State) : "";
            Add(text, lines[shown + 1], width, color, hasColors);
            if (Why(ordered[shown], servers) is { } why && room > 1)
            {
                Add(text, why, width, color, hasColors);
                room--;
            }
        }
        if (shown < ordered.Length)
        {
            Add(text, $"and {ordered.Length - shown} more", width, "", hasColors);
        }
        return text.ToString();
    }

    /// <summary>Responses of the current servers since they joined the pool.</summary>
    private static string Totals(PoolView pool)
    {
        long all = pool.Responses.Values.Sum();
        long bad = pool.Responses.GetValueOrDefault("5xx");
        string share = bad == 0 ? "" : $" ({Text(100.0 * bad / all, "0.##")}%)";
        return $"{Count.Of(all, "response")}: {pool.Responses.GetValueOrDefault("4xx")} 4xx, {bad} 5xx{share}; {Count.Of(pool.Failures, "request")} without a whole response";
    }

    /// <summary>Why a server fails or is not used; null if it is fine.</summary>
    private static string? Why(ServerView server, ServerList all)
    {
        if (!Failing.Contains(server.State) && server.State != "probing")
        {
            return server.ErrorShare < ManyErrors ? null
                : $"  {Text(100 * server.ErrorShare, "0.#")}% of its requests in the last {Text(all.WindowSeconds, "0.#")} s ended with 5xx or failed";
        }
        if (server.LastProbe is not { } last)
        {
            return $"  {server.Why}";
        }
        string outcome = server.Why?.StartsWith(last.Text, StringComparison.Ordinal) == true ? "" : $": {last.Text}";
        return $"  {server.Why}; last probe {Age(all.At - last.At)} ago{outcome}, took {Millis(last.TookMs)} ms";
    }

    /// <summary>In the largest fitting unit: <c>4m</c>.</summary>
    private static string Age(TimeSpan time) => time.TotalSeconds switch
    {
        < 120 => $"{Math.Max(0, (int)time.TotalSeconds)}s",
        < 7200 => $"{(int)time.TotalMinutes}m",
        < 172_800 => $"{(int)time.TotalHours}h",
        _ => $"{(int)time.TotalDays}d",
    };

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static void Add(StringBuilder text, string line, int width, string color, bool hasColors)
    {
        string plain = Plain.Text(line);
        text.Append(color).Append(plain.Length > width ? plain[..width] : plain).Append(color.Length == 0 ? "" : Reset).Append(hasColors ? ClearLine : "").Append('\n');
    }

    private static string Millis(double? value) => value is null ? "-" : value.Value.ToString(value < 10 ? "0.00" : "0", CultureInfo.InvariantCulture);

    private static string Color(string state) => state switch
    {
        "up" or "standby" => Green,
        "down" or "ejected" or "unresolved" => Red,
        _ => Yellow,
    };

    /// <summary>A column of the table.</summary>
    /// <param name="Title">Its header.</param>
    /// <param name="Cell">The text for a server at a time.</param>
    /// <param name="IsForWide">True if narrow terminals omit it.</param>
    private sealed record Column(string Title, Func<ServerView, DateTimeOffset, string> Cell, bool IsForWide = false);
}

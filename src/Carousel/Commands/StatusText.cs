using System.Globalization;
using System.Text;
using Carousel.Control.Admin;

namespace Carousel.Commands;

/// <summary>The table of servers. Pure.</summary>
internal static class StatusText
{
    private const string Green = "\e[32m", Red = "\e[31m", Yellow = "\e[33m", Bold = "\e[1m", Plainly = "\e[0m", ClearLine = "\e[K";

    private static readonly string[] Header = ["server", "state", "weight", "in flight", "share", "req/s", "p50 ms", "p99 ms", "address"];

    /// <summary>A line for the pool, and one a server; each ended.</summary>
    /// <param name="now">What is to be shown.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="height">Lines of the terminal.</param>
    /// <param name="hasColors">True for a terminal.</param>
    public static string Of((PoolView Pool, ServerList Servers) now, int width, int height, bool hasColors)
    {
        (PoolView pool, ServerList servers) = now;
        string seconds = servers.WindowSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        var text = new StringBuilder();
        Add(text, $"{Count.Of(pool.Servers, "server")}, {pool.Policy}; {Count.Of(pool.InFlight, "request")} in flight, {Count.Of(pool.Connections, "connection")}; "
            + $"shares, rates and latencies of the last {seconds} s", width, "", hasColors);
        if (pool.ListTrouble is { } trouble)
        {
            Add(text, $"the last good list is in use: {trouble}", width, hasColors ? Red : "", hasColors);
            height--;
        }
        IReadOnlyList<string> lines = Plain.Table([Header, .. servers.Servers.Select(Row)]);
        // The first line, the header, the last word, and one for the cursor.
        int shown = Math.Min(Math.Max(1, height - 4), servers.Servers.Count);
        Add(text, lines[0], width, hasColors ? Bold : "", hasColors);
        for (int i = 0; i < shown; i++)
        {
            Add(text, lines[i + 1], width, hasColors ? Color(servers.Servers[i].State) : "", hasColors);
        }
        if (shown < servers.Servers.Count)
        {
            Add(text, $"and {servers.Servers.Count - shown} more", width, "", hasColors);
        }
        return text.ToString();
    }

    private static void Add(StringBuilder text, string line, int width, string color, bool hasColors)
    {
        string plain = Plain.Text(line);
        text.Append(color).Append(plain.Length > width ? plain[..width] : plain).Append(color.Length == 0 ? "" : Plainly).Append(hasColors ? ClearLine : "").Append('\n');
    }

    private static string[] Row(ServerView server) =>
    [
        server.Name, server.State + (server.LeftSeconds is { } left ? $" {Math.Max(0, left):0}s" : ""), $"{server.Weight}",
        server.Max is { } max ? $"{server.InFlight}/{max}" : $"{server.InFlight}", $"{100 * server.Share:0.#}%", $"{server.RequestsPerSecond:0.#}", Millis(server.P50Ms),
        Millis(server.P99Ms), server.Url,
    ];

    private static string Millis(double? value) => value is null ? "-" : value.Value.ToString(value < 10 ? "0.00" : "0", CultureInfo.InvariantCulture);

    private static string Color(string state) => state switch
    {
        "up" or "standby" => Green,
        "down" or "ejected" or "unresolved" => Red,
        _ => Yellow,
    };
}

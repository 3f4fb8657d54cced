using System.Globalization;
using System.Text;

namespace Carousel.Bench.Reports;

/// <summary>Writes tables whose columns line up, so that they read well in a terminal too.</summary>
internal static class Markdown
{
    /// <summary>A table: the first row is its head; all columns but the first are numbers.</summary>
    public static string Table(IReadOnlyList<string[]> rows)
    {
        int[] widths = Enumerable.Range(0, rows[0].Length).Select(i => Math.Max(3, rows.Max(row => row[i].Length))).ToArray();
        var text = new StringBuilder();
        AppendRow(text, rows[0], widths);
        string[] rule = widths.Select((width, i) => i == 0 ? new string('-', width) : new string('-', width - 1) + ":").ToArray();
        AppendRow(text, rule, widths);
        foreach (string[] row in rows.Skip(1))
        {
            AppendRow(text, row, widths);
        }

        return text.ToString();
    }

    /// <summary>A number with this many decimals, or a dash for none.</summary>
    public static string Number(double? value, int decimals) =>
        value?.ToString($"F{decimals}", CultureInfo.InvariantCulture) ?? "-";

    private static void AppendRow(StringBuilder text, string[] cells, int[] widths)
    {
        text.Append('|');
        for (int i = 0; i < cells.Length; i++)
        {
            text.Append(' ').Append(i == 0 ? cells[i].PadRight(widths[i]) : cells[i].PadLeft(widths[i])).Append(" |");
        }

        text.Append('\n');
    }
}

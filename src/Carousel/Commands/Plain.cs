using System.Text;

namespace Carousel.Commands;

/// <summary>Text for a terminal.</summary>
internal static class Plain
{
    /// <summary>Replaces control characters, which could manipulate a terminal.</summary>
    public static string Text(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            plain.Append(char.IsControl(c) || c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' ? '?' : c);
        }
        return plain.ToString();
    }

    /// <summary>Rows in columns, one line per row; the first is the header.</summary>
    public static IReadOnlyList<string> Table(IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => row[column].Length))];
        return [.. rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd())];
    }
}

/// <summary>Numbers with what they count.</summary>
internal static class Count
{
    /// <summary><c>1 request</c>, <c>2 requests</c>.</summary>
    public static string Of(long number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}

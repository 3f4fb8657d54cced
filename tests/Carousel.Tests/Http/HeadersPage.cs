using System.Text.RegularExpressions;
using Carousel.Tests.Walls;

namespace Carousel.Tests.Http;

/// <summary>docs/HEADERS.md, parsed into its tables.</summary>
internal sealed partial class HeadersPage
{
    private readonly Dictionary<string, string[]> _rows = [];

    public HeadersPage()
    {
        Text = File.ReadAllText(Path.Combine(Sources.Root, "docs/HEADERS.md"));
        foreach (string section in Text.Split("\n## ")[1..])
        {
            string[] lines = section.Split('\n');
            _rows[lines[0]] = [.. lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal))];
        }
    }

    public string Text { get; }

    /// <summary>The names in the first cells of all tables.</summary>
    public IEnumerable<string> Names => _rows.Keys.SelectMany(NamesOf).Distinct();

    /// <summary>All header names in the page, with or without a value.</summary>
    public IEnumerable<string> Mentioned => Code().Matches(Text).Select(match => NameOf(match.Groups[1].Value)).Where(name => Name().IsMatch(name)).Distinct();

    /// <summary>The names in the first cells of the section's tables.</summary>
    public string[] NamesOf(string section) =>
        [.. _rows[section].Select(row => row.Split('|')[1]).SelectMany(cell => Code().Matches(cell)).Select(match => NameOf(match.Groups[1].Value))];

    private static string NameOf(string code) => code.Split(": ")[0];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    /// <summary>Contains a hyphen or a byte that servers treat as one: words without one are mostly values.</summary>
    [GeneratedRegex(@"^[A-Za-z]+([-_.][A-Za-z0-9]+)*[-_.]([A-Za-z0-9]+|\*)$")]
    private static partial Regex Name();
}

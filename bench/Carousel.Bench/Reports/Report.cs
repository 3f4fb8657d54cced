using System.Text;
using static Carousel.Bench.Reports.Markdown;

namespace Carousel.Bench.Reports;

/// <summary>The Markdown that is shown and kept: blocks with an empty line between them.</summary>
internal sealed class Report(string title)
{
    private readonly StringBuilder _text = new(title + "\n");

    public void Section(string title) => Paragraph($"## {title}");

    /// <summary>Nothing if it is empty.</summary>
    public void Paragraph(string text)
    {
        if (text.Length > 0)
        {
            _text.Append('\n').Append(text).Append('\n');
        }
    }

    /// <summary>The first row is its head.</summary>
    public void Table(IReadOnlyList<string[]> rows) => _text.Append('\n').Append(Markdown.Table(rows));

    /// <summary>What Carousel has promised, and what was measured; nothing if nothing was.</summary>
    public void Verdicts(string title, string kind, IReadOnlyList<Verdict> verdicts)
    {
        if (verdicts.Count > 0)
        {
            Section(title);
            Table([[kind, "limit", "measured", "verdict"], .. verdicts.Select(one => (string[])[one.Promise, one.Limit, one.Measured, one.Says])]);
        }
    }

    public override string ToString() => _text.ToString();
}

/// <summary>A promise of Carousel's that a run holds or breaks.</summary>
/// <param name="Promise">What is promised.</param>
/// <param name="Limit">The most it may be.</param>
/// <param name="Measured">What it is.</param>
/// <param name="Says">PASS or MISS; BROKEN if errors make the numbers worthless.</param>
internal sealed record Verdict(string Promise, string Limit, string Measured, string Says)
{
    /// <summary>Of a number with two decimals.</summary>
    public static Verdict Of(string promise, double limit, double measured, bool broken = false) =>
        new(promise, Number(limit, 2), Number(measured, 2), broken ? "BROKEN" : measured <= limit ? "PASS" : "MISS");

    /// <summary>Of something that must never happen.</summary>
    public static Verdict Never(string promise, long times) => new(promise, "0", $"{times}", times == 0 ? "PASS" : "MISS");
}

using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Carousel.Tests.Walls;

/// <summary>Published numbers were measured.</summary>
public partial class BenchmarkPageTests
{
    private const string PagePath = "docs/BENCHMARKS.md";

    public static TheoryData<string> Sections => [.. Heading().Matches(Markdown.Read(PagePath)).Select(match => match.Groups[1].Value)];

    [Theory]
    [MemberData(nameof(Sections))]
    public void Tables_OfASection_HaveTheNumbersOfItsReport(string heading)
    {
        string section = Markdown.Section(Markdown.Read(PagePath), heading);
        string report = ReportLine().Match(section).Groups[1].Value;
        Assert.True(report.Length > 0, "the section has no line \"Report: [name](../bench/results/…)\"");
        double[] measured = [.. Rows(Markdown.Read($"bench/results/{report}")).SelectMany(Numbers).Select(Value)];

        string[] told = [.. Rows(section).SelectMany(Numbers)];

        Assert.NotEmpty(told);
        Assert.Empty((string[])[.. told.Where(number => !IsOneOf(measured, number))]);
    }

    [Fact]
    public void Numbers_OfReadme_AreOnTheBenchmarksPage()
    {
        string[] told = [.. Precise().Matches(Markdown.Section(Markdown.Read("README.md"), "Numbers")).Select(match => match.Value)];
        string page = Markdown.Read(PagePath);

        Assert.NotEmpty(told);
        Assert.Empty((string[])[.. told.Where(number => !Regex.IsMatch(page, $@"(?<![\d.,]){Regex.Escape(number)}(?![\d]|[.,]\d)"))]);
    }

    [Theory]
    [InlineData("15.3", true)]
    [InlineData("15.2", false)]
    [InlineData("15", true)]
    [InlineData("1,408", true)]
    [InlineData("1409", false)]
    public void Number_Rounded_MatchesAMeasurement(string told, bool isMeasured) => Assert.Equal(isMeasured, IsOneOf([15.29, 1408.4], told));

    /// <summary>The rows of all tables, without headings of rows and columns.</summary>
    private static IEnumerable<string> Rows(string text)
    {
        string[] lines = text.Split('\n');
        return lines.Where((line, i) => line.StartsWith('|') && !IsRule(line) && (i + 1 == lines.Length || !IsRule(lines[i + 1])))
            .Select(row => row[(row.IndexOf('|', 1) + 1)..]);
    }

    private static bool IsRule(string line) => line.StartsWith('|') && line.All(c => c is '|' or '-' or ':' or ' ');

    private static IEnumerable<string> Numbers(string row) => Number().Matches(row).Select(match => match.Value);

    private static double Value(string number) => double.Parse(number.Replace(",", ""), CultureInfo.InvariantCulture);

    /// <summary>True if a measured number, rounded to as many decimals, equals this one.</summary>
    private static bool IsOneOf(double[] measured, string told)
    {
        int places = told.Contains('.') ? told.Length - told.IndexOf('.') - 1 : 0;
        double atMost = (0.5 * Math.Pow(10, -places)) + 1e-9;
        return measured.Any(value => Math.Abs(value - Value(told)) <= atMost);
    }

    [GeneratedRegex(@"^## (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^Report: .*?\(\.\./bench/results/([^)]+)\)", RegexOptions.Multiline)]
    private static partial Regex ReportLine();

    [GeneratedRegex(@"(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w])")]
    private static partial Regex Number();

    /// <summary>A number with a decimal point or with thousands separators.</summary>
    [GeneratedRegex(@"(?<![\w.-])(?:\d{1,3}(?:,\d{3})+|\d+\.\d+)(?![\w])")]
    private static partial Regex Precise();
}

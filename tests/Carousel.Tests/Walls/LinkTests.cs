using System.Text.RegularExpressions;
using Xunit;

namespace Carousel.Tests.Walls;

/// <summary>Targets of references in pages and sources exist.</summary>
public partial class LinkTests
{
    private static readonly string[] s_texts = ["*.md", "*.cs", "*.js", "*.csproj", "*.props", "*.yaml", "*.yml", "*.sh", "*.service", "*.awk", "*.txt", "*.tpl", "Dockerfile"];

    public static TheoryData<string> Pages => [.. Markdown.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_OfAPage_Resolve(string page) =>
        Assert.Empty((string[])[.. Markdown.Links(Markdown.Read(page)).Where(link => !LeadsSomewhere(page, link))]);

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_ToDecisions_ShowTheirNumber(string page) =>
        Assert.Empty((string[])[.. Decision().Matches(Markdown.Read(page)).Where(match => match.Groups["said"].Value != match.Groups["number"].Value).Select(match => match.Value)]);

    [Fact]
    public void Documents_ThatAreNamed_Exist()
    {
        string[] named = [.. s_texts.SelectMany(pattern => Markdown.Files(new DirectoryInfo(Sources.Root), pattern))
            .SelectMany(path => Document().Matches(Markdown.Read(path)).Select(match => match.Value))
            .Distinct()];

        Assert.Contains("docs/REASONS.md", named);
        Assert.Empty((string[])[.. named.Where(path => !File.Exists(Path.Combine(Sources.Root, path)))]);
    }

    [Fact]
    public void Links_OfText_AreExtracted()
    {
        const string text = "[a](A.md) ![b](b/c.png) `[x](code)` [web](https://a.example/x.md)\n```\n[y](fenced)\n```\n<img srcset=\"d.png\">\n[e]: E.md\n[f](#g)\n";

        Assert.Equal(["A.md", "b/c.png", "d.png", "E.md", "#g"], Markdown.Links(text));
    }

    [Fact]
    public void Anchors_OfHeadings_MatchGitHub()
    {
        const string text = "# A title\n## `max=` and the [queue](Q.md)\ntext # no\n### The balancer's own log\n```\n# code\n```\n# A title\n";

        Assert.Equal(["a-title", "max-and-the-queue", "the-balancers-own-log", "a-title-1"], Markdown.Anchors(text));
    }

    [Theory]
    [InlineData("README.md", "docs/FLAGS.md#values", true)]
    [InlineData("README.md", "docs/FLAGS.md#nothing", false)]
    [InlineData("docs/FLAGS.md", "#values", true)]
    [InlineData("docs/FLAGS.md", "../README.md", true)]
    [InlineData("docs/FLAGS.md", "README.md", false)]
    [InlineData("docs/FLAGS.md", "decisions", true)]
    public void Link_FromAPage_ResolvesOrNot(string page, string link, bool leads) => Assert.Equal(leads, LeadsSomewhere(page, link));

    private static bool LeadsSomewhere(string page, string link)
    {
        string[] parts = link.Split('#', 2);
        string path = parts[0].Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, parts[0]);
        string whole = Path.Combine(Sources.Root, path);
        return parts.Length == 1 ? Path.Exists(whole) : File.Exists(whole) && Markdown.Anchors(Markdown.Read(path)).Contains(parts[1]);
    }

    [GeneratedRegex(@"\[(?<said>\d{4})\]\([^)]*?(?<number>\d{4})-[^)]*\)")]
    private static partial Regex Decision();

    /// <summary>Paths as in sources and pages, from the repository's root; not within a URL.</summary>
    [GeneratedRegex(@"(?<![\w/.-])docs/[\w/-]+\.(?:md|json)\b")]
    private static partial Regex Document();
}

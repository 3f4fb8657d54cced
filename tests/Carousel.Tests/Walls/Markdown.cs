using System.Text.RegularExpressions;

namespace Carousel.Tests.Walls;

/// <summary>The repository's Markdown pages and their verifiable parts. Supports the subset of Markdown that these pages use.</summary>
internal static partial class Markdown
{
    private static readonly string[] s_notOurs = ["artifacts", "bin", "obj", "node_modules"];

    /// <summary>The path of every page, from the repository's root.</summary>
    public static IReadOnlyList<string> Pages { get; } = [.. Files(new DirectoryInfo(Sources.Root), "*.md")];

    /// <summary>The paths, from the repository's root, of all files with such a name that are not build output.</summary>
    public static IEnumerable<string> Files(DirectoryInfo folder, string pattern) =>
        folder.EnumerateFiles(pattern).Select(file => Path.GetRelativePath(Sources.Root, file.FullName))
            .Concat(folder.EnumerateDirectories()
                .Where(child => !s_notOurs.Contains(child.Name) && child.Name != ".git")
                .SelectMany(child => Files(child, pattern)));

    public static string Read(string page) => File.ReadAllText(Path.Combine(Sources.Root, page));

    /// <summary>The targets of links and pictures, except URLs.</summary>
    public static IEnumerable<string> Links(string text) =>
        Link().Matches(WithoutCode(text)).Select(match => match.Groups["to"].Value).Where(to => !Scheme().IsMatch(to));

    /// <summary>The anchors (<c>#…</c>) of this page: its headings, as GitHub names them.</summary>
    public static IReadOnlySet<string> Anchors(string text)
    {
        var anchors = new HashSet<string>();
        foreach (Match heading in Heading().Matches(Fence().Replace(text, "")))
        {
            string slug = NotInSlug().Replace(LinkText().Replace(heading.Groups[1].Value, "$1").ToLowerInvariant(), "").Replace(' ', '-');
            for (int i = 1; !anchors.Add(i == 1 ? slug : $"{slug}-{i - 1}"); i++)
            {
                // The heading occurs again.
            }
        }
        return anchors;
    }

    /// <summary>The lines of code blocks, indented or fenced; a line that ends with a backslash is joined with the next.</summary>
    public static IEnumerable<string> CodeLines(string text)
    {
        bool isFenced = false;
        string begun = "";
        foreach (string line in text.Split('\n'))
        {
            bool isFence = line.StartsWith("```", StringComparison.Ordinal);
            isFenced ^= isFence;
            if (isFence || !(isFenced || line.StartsWith("    ", StringComparison.Ordinal)))
            {
                continue;
            }
            begun += line.Trim();
            if (begun.EndsWith('\\'))
            {
                begun = begun[..^1];
                continue;
            }
            yield return begun;
            begun = "";
        }
    }

    /// <summary>The text of the section with this heading, without the heading.</summary>
    public static string Section(string text, string heading) =>
        text.Split($"\n## {heading}\n")[1].Split("\n## ")[0];

    private static string WithoutCode(string text) => Code().Replace(Fence().Replace(text, ""), "");

    [GeneratedRegex("""\]\((?<to>[^()\s]+)\)|(?:src|srcset|href)="(?<to>[^"]+)"|^\[[^\]]+\]:\s*(?<to>\S+)""", RegexOptions.Multiline)]
    private static partial Regex Link();

    [GeneratedRegex("^[a-z][a-z0-9+.-]*:")]
    private static partial Regex Scheme();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^#{1,6} +(.*?) *$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NotInSlug();
}

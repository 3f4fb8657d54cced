using System.Text.RegularExpressions;
using Xunit;

namespace Carousel.Tests.Walls;

/// <summary>Decisions are cited by number, so numbers are unique, and every cited decision exists.</summary>
public partial class DecisionTests
{
    private static readonly string s_folder = Path.Combine(Sources.Root, "docs", "decisions");

    private static IEnumerable<string> Names => Directory.EnumerateFiles(s_folder).Select(path => Path.GetFileName(path));

    [Fact]
    public void Decisions_Numbers_AreUnique() =>
        Assert.Empty(Names.GroupBy(name => name[..4]).Where(group => group.Count() > 1).Select(group => string.Join(", ", group)));

    [Fact]
    public void Decisions_ThatAreCited_Exist()
    {
        string[] cited = [.. Texts().SelectMany(text => Name().Matches(text)).Select(match => match.Value).Distinct()];
        Assert.NotEmpty(cited);
        Assert.Empty(cited.Except(Names));
    }

    private static IEnumerable<string> Texts() =>
        ((string[])["src", "docs", "tests", "bench"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Sources.Root, folder), "*", SearchOption.AllDirectories))
            .Append(Path.Combine(Sources.Root, "README.md"))
            .Where(path => Path.GetExtension(path) is ".cs" or ".md")
            .Select(File.ReadAllText);

    [GeneratedRegex(@"\b00[0-9]{2}-[a-z0-9-]+\.md")]
    private static partial Regex Name();
}

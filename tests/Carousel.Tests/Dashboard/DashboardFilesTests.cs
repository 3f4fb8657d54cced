using System.Text;
using System.Text.RegularExpressions;
using Carousel.Control.Dashboard;
using Carousel.Core.Pools;
using Carousel.Tests.Walls;
using Xunit;

namespace Carousel.Tests.Dashboard;

public partial class DashboardFilesTests
{
    private static readonly Dictionary<string, string> Texts = DashboardFiles.ByName.ToDictionary(file => file.Key, file => Encoding.UTF8.GetString(file.Value.Bytes));

    [Fact]
    public void Page_ReferencedFiles_Exist()
    {
        string[] named =
        [
            .. Attributes().Matches(Texts["index.html"]).Select(match => match.Groups["name"].Value).Where(name => name[0] != '#').Select(name => name["dashboard/".Length..]),
            .. Texts.Where(file => file.Key.EndsWith(".js", StringComparison.Ordinal)).SelectMany(file => Imports().Matches(file.Value)).Select(match => match.Groups["name"].Value),
        ];
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(Texts.Keys));
        Assert.Equal(Texts.Keys.Where(name => name != "index.html").Order(), named.Distinct().Order());
    }

    /// <summary>The page's content security policy forbids inline scripts, inline styles and external resources.</summary>
    [Fact]
    public void Page_Content_HasNoInlineCodeAndNoExternalResources()
    {
        Assert.DoesNotMatch(@"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", Texts["index.html"]);
        Assert.All(Texts.Where(file => file.Key != "icon.svg"), file => Assert.DoesNotMatch(@"https?://(?!www\.w3\.org/2000/svg)|innerHTML|@import|url\(", file.Value));
    }

    [Fact]
    public void States_PageAndDocument_ListAllOfThem()
    {
        string[] states = [.. Enum.GetValues<ServerState>().Select(state => state.Name())];
        Assert.Equal(states.Order(), StateLines().Matches(Texts["states.js"]).Select(match => match.Groups["name"].Value).Order());
        Assert.All(states, state => Assert.Contains($"<symbol id=\"g-{state}\"", Texts["index.html"]));
        Assert.All(states, state => Assert.Contains($".s-{state}", Texts["style.css"]));
        string document = File.ReadAllText(Path.Combine(Sources.Root, "docs/DASHBOARD.md"));
        Assert.Equal(states.Order(), StateRows().Matches(document).Select(match => match.Groups["name"].Value).Order());
    }

    [GeneratedRegex("""\s(src|href)="(?<name>[^"]+)""")]
    private static partial Regex Attributes();

    [GeneratedRegex("""from '\./(?<name>[^']+)'""")]
    private static partial Regex Imports();

    [GeneratedRegex(@"^  '(?<name>[a-z-]+)': \[", RegexOptions.Multiline)]
    private static partial Regex StateLines();

    [GeneratedRegex(@"^\| `(?<name>[a-z-]+)` \|", RegexOptions.Multiline)]
    private static partial Regex StateRows();
}

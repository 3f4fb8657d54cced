using System.Text.Json;
using Xunit;

namespace Carousel.Tests.Walls;

/// <summary>Packages in an executable are listed in its notices, as their licences require.</summary>
public class NoticesTests
{
    private static readonly string s_notices = File.ReadAllText(Path.Combine(Sources.Root, "THIRD-PARTY-NOTICES.md"));

    [Theory]
    [InlineData("Carousel", "carousel")]
    [InlineData("Carousel.Store", "carousel-store")]
    public void Notices_OfAnExecutable_NameItsPackages(string project, string executable)
    {
        string section = s_notices.Split($"\n## {executable}\n")[1].Split("\n## ")[0];
        string[] named = [.. section.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).SelectMany(row => row.Split('|')[1].Split([',', ';'], StringSplitOptions.TrimEntries))];

        string[] packages = [.. PackagesOf(project)];

        Assert.NotEmpty(packages);
        Assert.Empty(packages.Except(named));
    }

    /// <summary>
    /// Packages that NuGet resolved and that contain a library; this excludes analyzers and native-only packages (docs/decisions/0009-embedded-store.md).
    /// </summary>
    private static IEnumerable<string> PackagesOf(string project)
    {
        using var assets = JsonDocument.Parse(File.ReadAllText(Path.Combine(Sources.Root, "artifacts/obj", project, "project.assets.json")));
        return
        [
            .. assets.RootElement.GetProperty("targets").GetProperty("net10.0").EnumerateObject()
                .Where(library => library.Value.GetProperty("type").GetString() == "package"
                    && library.Value.TryGetProperty("runtime", out JsonElement files)
                    && files.EnumerateObject().Any(file => !file.Name.EndsWith("_._", StringComparison.Ordinal)))
                .Select(library => library.Name.Split('/')[0]),
        ];
    }
}

using Xunit;

namespace Carousel.Tests.Walls;

/// <summary>The dependencies in docs/ARCHITECTURE.md are those that the tests enforce.</summary>
public class ArchitectureTests
{
    private static readonly string[] s_lines = File.ReadAllLines(Path.Combine(Sources.Root, "docs/ARCHITECTURE.md"));

    private static readonly Dictionary<string, Layers> s_layers = new()
    {
        ["Carousel.Core"] = CoreLayers.All,
        ["Carousel.Control"] = ControlLayers.All,
        ["Carousel.Engine"] = EngineLayers.All,
    };

    public static TheoryData<string, string> LayersOfProjects => [.. s_layers.SelectMany(project => project.Value.Arrows.Select(arrow => (project.Key, arrow.Layer)))];

    public static TheoryData<string> Projects => [.. ProjectReferences.Allowed.Keys];

    [Theory]
    [MemberData(nameof(LayersOfProjects))]
    public void Layer_OfAProject_HasTheAllowedDependencies(string project, string layer)
    {
        string[] allowed = s_layers[project].Arrows.Single(arrow => arrow.Layer == layer).Allowed;

        Assert.EndsWith($"  -> {Listed(allowed)}", Assert.Single(Lines(project), line => line.StartsWith($"    {layer}/ ", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_UnderSrc_HasTheAllowedDependencies(string project)
    {
        string[] allowed = [.. ProjectReferences.Allowed[project].Projects.Select(name => name.Split('.')[^1])];

        Assert.EndsWith($"  -> {Listed(allowed)}", Assert.Single(s_lines, line => line.StartsWith($"src/{project} ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Folders_OfProjectsWithLayers_AreTheirLayers() => Assert.All(s_layers, project => Assert.Equal(
        project.Value.Arrows.Select(arrow => arrow.Layer.Split('/')[0]).Distinct().Order(),
        Folders.Under($"src/{project.Key}").Select(folder => folder.Split('/')[0]).Distinct().Order()));

    /// <summary>The lines about a project, its own first.</summary>
    private static IEnumerable<string> Lines(string project) => s_lines
        .SkipWhile(line => !line.StartsWith($"src/{project} ", StringComparison.Ordinal))
        .TakeWhile((line, i) => i == 0 || line.StartsWith(' '));

    private static string Listed(string[] names) => names.Length == 0 ? "none" : string.Join(", ", names);
}

using Xunit;

namespace Carousel.Tests.Walls;

/// <summary>The dependencies in docs/ARCHITECTURE.md are those that the tests enforce.</summary>
public class ArchitectureTests
{
    private static readonly string[] s_lines = File.ReadAllLines(Path.Combine(Sources.Root, "docs/ARCHITECTURE.md"));

    public static TheoryData<string> Layers => [.. EngineLayers.Arrows.Select(arrow => arrow.Layer)];

    public static TheoryData<string> Projects => [.. ProjectReferences.Allowed.Keys];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_OfTheEngine_HasTheAllowedDependencies(string layer)
    {
        string[] allowed = EngineLayers.Arrows.Single(arrow => arrow.Layer == layer).Allowed;

        Assert.EndsWith($"  -> {Listed(allowed)}", Assert.Single(s_lines, line => line.StartsWith($"    {layer}/ ", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_UnderSrc_HasTheAllowedDependencies(string project)
    {
        string[] allowed = [.. ProjectReferences.Allowed[project].Projects.Select(name => name.Split('.')[^1])];

        Assert.EndsWith($"  -> {Listed(allowed)}", Assert.Single(s_lines, line => line.StartsWith($"src/{project} ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Folders_OfTheEngine_AreItsLayers() => Assert.Equal(
        EngineLayers.Arrows.Select(arrow => arrow.Layer).Order(),
        Directory.GetDirectories(Path.Combine(Sources.Root, "src/Carousel.Engine")).Select(folder => Path.GetFileName(folder)).Where(name => name is not ("bin" or "obj")).Order());

    private static string Listed(string[] names) => names.Length == 0 ? "none" : string.Join(", ", names);
}

using System.Xml.Linq;
using Xunit;

namespace Carousel.Tests.Walls;

public class ProjectReferenceTests
{
    public static TheoryData<string> Projects => [.. ProjectReferences.Allowed.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_OfThisProject_AreAllowed(string name)
    {
        var project = XDocument.Load(Path.Combine(Sources.Root, "src", name, $"{name}.csproj"));
        Assert.Empty(ProjectReferences.Allowed[name].Forbidden(project));
    }

    [Fact]
    public void SharedProperties_OfAllProjects_BringAnalyzersOnly()
    {
        var nothing = new ProjectReferences([], []);
        Assert.Empty(nothing.Forbidden(XDocument.Load(Path.Combine(Sources.Root, "src", "Directory.Build.props"))));
        Assert.Empty(nothing.Forbidden(XDocument.Load(Path.Combine(Sources.Root, "Directory.Build.props"))));
    }

    [Fact]
    public void Projects_UnderSrc_AllHaveARule()
    {
        IEnumerable<string> names = Directory.EnumerateFiles(Path.Combine(Sources.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path));
        Assert.Empty(names.Except(ProjectReferences.Allowed.Keys));
    }

    [Theory]
    [InlineData("Carousel.Engine", "<ProjectReference Include=\"../Carousel.Control/Carousel.Control.csproj\" />")]
    [InlineData("Carousel.Control", "<ProjectReference Include=\"../Carousel.Engine/Carousel.Engine.csproj\" />")]
    [InlineData("Carousel.Core", "<ProjectReference Include=\"../Carousel.Engine/Carousel.Engine.csproj\" />")]
    [InlineData("Carousel.Core", "<PackageReference Include=\"Newtonsoft.Json\" />")]
    [InlineData("Carousel.Engine", "<PackageReference Include=\"Newtonsoft.Json\" />")]
    [InlineData("Carousel", "<ProjectReference Include=\"../Carousel.Store/Carousel.Store.csproj\" />")]
    [InlineData("Carousel.Store", "<ProjectReference Include=\"../Carousel.Control/Carousel.Control.csproj\" />")]
    [InlineData("Carousel.Engine", "<FrameworkReference Include=\"Microsoft.AspNetCore.App\" />")]
    public void Forbidden_DisallowedReference_IsFound(string name, string reference) =>
        Assert.Single(ProjectReferences.Allowed[name].Forbidden(XDocument.Parse($"<Project><ItemGroup>{reference}</ItemGroup></Project>")));

    [Fact]
    public void Forbidden_BuildOnlyProject_IsNone() => Assert.Empty(ProjectReferences.Allowed["Carousel"].Forbidden(
        XDocument.Parse("<Project><ItemGroup><ProjectReference Include=\"../Carousel.Store/Carousel.Store.csproj\" ReferenceOutputAssembly=\"false\" /></ItemGroup></Project>")));

    [Fact]
    public void Forbidden_Analyzer_IsNone() => Assert.Empty(ProjectReferences.Allowed["Carousel.Core"].Forbidden(
        XDocument.Parse("<Project><ItemGroup><PackageReference Include=\"Some.Analyzers\" PrivateAssets=\"all\" /></ItemGroup></Project>")));
}

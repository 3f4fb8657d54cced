using Xunit;

namespace Carousel.Tests.Walls;

public class FolderTests
{
    [Theory]
    [InlineData("src")]
    [InlineData("tests/Carousel.Tests")]
    [InlineData("tests/Carousel.EndToEnd")]
    [InlineData("tests/Carousel.Fuzz")]
    public void Namespaces_OfAllSources_AreTheirFolders(string folder) => Assert.Empty(Sources.Under(folder).SelectMany(Folders.WrongNamespace));

    [Fact]
    public void Folders_OfTheTests_AreThoseOfTheSources() => Assert.Empty(Folders.WithoutSources(Folders.Under("tests/Carousel.Tests"), Folders.Under("src")));

    [Theory]
    [InlineData("src/Carousel.Core/Ring/A.cs", "Carousel.Core.Ring", true)]
    [InlineData("src/Carousel/Program.cs", "Carousel", true)]
    [InlineData("tests/Carousel.Tests/Ring/A.cs", "Carousel.Tests.Ring", true)]
    [InlineData("src/Carousel.Core/Ring/A.cs", "Carousel.Core", false)]
    [InlineData("src/Carousel.Core/Ring/Deep/A.cs", "Carousel.Core.Ring", false)]
    public void WrongNamespace_OfAnotherFolder_IsFound(string path, string name, bool isGood) =>
        Assert.Equal(isGood, !Folders.WrongNamespace(Sources.Parse(path, $"namespace {name}; class C {{ }}")).Any());

    [Theory]
    [InlineData("Pool", true)]
    [InlineData("Store/Keys", true)]
    [InlineData("Engine", true)]
    [InlineData("Walls", true)]
    [InlineData("Keys", false)]
    [InlineData("Pools", false)]
    public void WithoutSources_AFolder_IsFoundUnlessAProjectHasIt(string folder, bool isGood) =>
        Assert.Equal(isGood, !Folders.WithoutSources([folder], ["Carousel.Core/Pool", "Carousel.Control/Store", "Carousel.Control/Store/Keys", "Carousel.Engine"]).Any());
}

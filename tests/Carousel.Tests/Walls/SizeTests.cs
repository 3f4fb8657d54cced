using Xunit;

namespace Carousel.Tests.Walls;

public class SizeTests
{
    [Theory]
    [InlineData("src")]
    [InlineData("bench")]
    public void Functions_OfAllSources_FitAScreen(string folder) => Assert.Empty(Sources.Under(folder).SelectMany(Sizes.LongFunctions));

    [Theory]
    [InlineData("src")]
    [InlineData("bench")]
    public void Files_OfAllSources_AreShort(string folder) => Assert.Empty(Sources.Under(folder).SelectMany(Sizes.LongFile));

    [Theory]
    [InlineData("void F()\n{{\n{0}}}")]
    [InlineData("int P\n{{ get\n{{\n{0}return 1; }} }}")]
    [InlineData("C()\n{{\n{0}}}")]
    [InlineData("void F() => G(() =>\n{{\n{0}}});\nvoid G(System.Action a) {{ }}")]
    [InlineData("void F() {{ void Local()\n{{\n{0}}} }}")]
    public void LongFunctions_OneLineTooMany_AreFound(string member)
    {
        const string line = "G(\"}\"); // }\n";
        string fits = string.Format(null, member, string.Concat(Enumerable.Repeat(line, Sizes.MaxFunctionLines - 3)));
        string longer = string.Format(null, member, string.Concat(Enumerable.Repeat(line, Sizes.MaxFunctionLines)));
        Assert.Empty(Sizes.LongFunctions(Sources.Parse("A.cs", $"class C\n{{\n{fits}\n}}")));
        Assert.NotEmpty(Sizes.LongFunctions(Sources.Parse("A.cs", $"class C\n{{\n{longer}\n}}")));
    }

    [Fact]
    public void LongFunctions_CommentAbove_IsNotCounted()
    {
        string comment = string.Concat(Enumerable.Repeat("/// <summary/>\n", 100));
        Assert.Empty(Sizes.LongFunctions(Sources.Parse("A.cs", $"class C {{\n{comment}void F() {{ }}\n}}")));
    }

    [Fact]
    public void LongFile_OneLineTooMany_IsFound()
    {
        string fits = string.Concat(Enumerable.Repeat("// x\n", Sizes.MaxFileLines));
        Assert.Empty(Sizes.LongFile(Sources.Parse("A.cs", fits)));
        Assert.Single(Sizes.LongFile(Sources.Parse("A.cs", fits + "// x\n")));
    }
}

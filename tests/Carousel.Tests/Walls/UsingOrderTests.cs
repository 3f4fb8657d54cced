using Xunit;

namespace Carousel.Tests.Walls;

public class UsingOrderTests
{
    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("bench")]
    [InlineData("samples")]
    public void Usings_OfAllSources_AreInOrder(string folder) => Assert.Empty(Sources.Under(folder).SelectMany(UsingOrder.Violations));

    [Theory]
    [InlineData("using System; using System.Text; using Carousel.Core; using Xunit;", true)]
    [InlineData("using A; using A.B; using static System.Math; using static A.C; using X = System.Int32;", true)]
    [InlineData("using Carousel.Core; using System;", false)]
    [InlineData("using System.Text; using System;", false)]
    [InlineData("using static System.Math; using System;", false)]
    [InlineData("using X = System.Int32; using static System.Math;", false)]
    public void Violations_OneOutOfOrder_IsFound(string usings, bool isGood) => Assert.Equal(isGood, !UsingOrder.Violations(Sources.Parse("A.cs", usings)).Any());
}

using Carousel.Core.Health;
using Xunit;

namespace Carousel.Tests.Health;

public class StatusSetTests
{
    [Theory]
    [InlineData("200", "200", "199 201")]
    [InlineData("200-399,404", "200 399 404", "199 400 403 405")]
    [InlineData("100-599", "100 599", "99 600")]
    [InlineData("204, 200-200", "200 204", "201 203")]
    public void Contains_ParsedSet_MatchesItsText(string text, string inside, string outside)
    {
        StatusSet set = StatusSet.TryParse(text)!;
        Assert.All(inside.Split(' '), status => Assert.True(set.Contains(int.Parse(status))));
        Assert.All(outside.Split(' '), status => Assert.False(set.Contains(int.Parse(status))));
        Assert.Equal(set.ToString(), StatusSet.TryParse(set.ToString())!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("200,")]
    [InlineData("2xx")]
    [InlineData("99")]
    [InlineData("600")]
    [InlineData("0200")]
    [InlineData("+200")]
    [InlineData("300-200")]
    [InlineData("200-")]
    [InlineData("-200")]
    [InlineData("200-300-400")]
    public void TryParse_AnythingElse_IsNull(string text) => Assert.Null(StatusSet.TryParse(text));

    [Fact]
    public void Default_IsSuccessAndRedirects() => Assert.Equal("200-399", StatusSet.Default.ToString());
}

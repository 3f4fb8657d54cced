using System.Text;
using Carousel.Engine.Http;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Http;

public class CookieCrumbsTests
{
    private static readonly Gen<string> Values = Gen.String[Gen.Char["ab=; \t\",\u00fc"], 0, 30];

    [Fact]
    public void AnyValue_ComparedWithAPlainSplit_HasTheSamePairs() => Values.Sample(value =>
    {
        var crumbs = new CookieCrumbs(Encoding.Latin1.GetBytes(value));
        int start = 0;
        foreach (string piece in value.Split(';'))
        {
            string[] pair = piece.Split('=', 2);
            Assert.True(crumbs.MoveNext());
            Assert.Equal((start, start + piece.Length), (crumbs.Start, crumbs.End));
            Assert.Equal(pair.Length == 2 ? pair[0].Trim(' ', '\t') : "", Encoding.Latin1.GetString(crumbs.Name));
            Assert.Equal(pair[^1].Trim(' ', '\t'), Encoding.Latin1.GetString(crumbs.Value));
            Assert.Equal(piece.Trim(' ', '\t').Length == 0, crumbs.IsBlank);
            start += piece.Length + 1;
        }
        Assert.False(crumbs.MoveNext());
        Assert.False(crumbs.MoveNext());
    });

    [Theory]
    [InlineData("a=b", "a", "b")]
    [InlineData(" a =\tb ", "a", "b")]
    [InlineData("a=b=c", "a", "b=c")]
    [InlineData("a=", "a", "")]
    [InlineData("=b", "", "b")]
    [InlineData("b", "", "b")]
    [InlineData("a=\"b c\"", "a", "\"b c\"")]
    public void MoveNext_OnePair_IsRead(string value, string name, string expected)
    {
        var crumbs = new CookieCrumbs(Encoding.Latin1.GetBytes(value));
        Assert.True(crumbs.MoveNext());
        Assert.Equal(name, Encoding.Latin1.GetString(crumbs.Name));
        Assert.Equal(expected, Encoding.Latin1.GetString(crumbs.Value));
    }
}

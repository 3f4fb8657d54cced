using Carousel.Core.Config;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Config;

public class UnitsTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1h1m1s1ms", 3_661_001)]
    [InlineData("0s", 0)]
    public void Duration_WellFormed_IsParsed(string text, int milliseconds)
    {
        Assert.True(Durations.TryParse(text, out TimeSpan duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("10 s")]
    [InlineData("30s1m")]
    [InlineData("1s1s")]
    [InlineData("1d")]
    [InlineData("1S")]
    [InlineData("99999999h")]
    [InlineData("9999999999999999999s")]
    public void Duration_Malformed_IsRejected(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData(75_000, "75s")]
    [InlineData(60_000, "1m")]
    [InlineData(1_500, "1500ms")]
    [InlineData(0, "0s")]
    public void FormatDuration_UsesOneUnit(int milliseconds, string text) =>
        Assert.Equal(text, Durations.Format(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Duration_Formatted_ParsesBack() => Gen.Int[0, int.MaxValue / 30].Sample(milliseconds =>
    {
        var duration = TimeSpan.FromMilliseconds(milliseconds);
        return Durations.TryParse(Durations.Format(duration), out TimeSpan back) && back == duration;
    });

    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("16k", 16 * 1024)]
    [InlineData("16K", 16 * 1024)]
    [InlineData("1m", 1 << 20)]
    [InlineData("2g", 1L << 31)]
    public void Size_WellFormed_IsParsed(string text, long expected)
    {
        Assert.True(Sizes.TryParse(text, out long bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("k")]
    [InlineData("-1")]
    [InlineData("1.5k")]
    [InlineData("1kb")]
    [InlineData("9999999999g")]
    public void Size_Malformed_IsRejected(string text) => Assert.False(Sizes.TryParse(text, out _));

    [Fact]
    public void Size_Formatted_ParsesBack() => Gen.Long[0, 999_999_999].Sample(bytes =>
        Sizes.TryParse(Sizes.Format(bytes), out long back) && back == bytes);

    [Theory]
    [InlineData("wieght", "weight")]
    [InlineData("Weight", "weight")]
    [InlineData("drains", "drain")]
    [InlineData("colour", null)]
    [InlineData("", null)]
    [InlineData("weightweightweightweightweightweight", null)]
    public void Suggestion_Word_FindsOnlyCloseMatches(string word, string? expected) =>
        Assert.Equal(expected, Suggestion.For(word, ["weight", "drain"]));
}

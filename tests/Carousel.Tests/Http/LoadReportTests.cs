using Carousel.Engine.Http;
using Carousel.Fuzz.Targets;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Http;

public class LoadReportTests
{
    private const double None = double.NaN;

    [Theory]
    [InlineData("X-Carousel-Load: 0.5", 0.5)]
    [InlineData("x-carousel-load: 0", 0)]
    [InlineData("X-Carousel-Load: 1.25", 1.25)]
    [InlineData("endpoint-load-metrics: TEXT cpu_utilization=0.3", 0.3)]
    [InlineData("Endpoint-Load-Metrics: TEXT cpu_utilization=0.3,mem_utilization=0.8,rps_fractional=10.0,eps=1", 0.3)]
    [InlineData("endpoint-load-metrics: TEXT named_metrics.queue=7, application_utilization=0.7 , cpu_utilization = 0.3", 0.7)]
    [InlineData("endpoint-load-metrics: TEXT cpu_utilization=0.3,application_utilization=0.7", 0.7)]
    [InlineData("endpoint-load-metrics: TEXT cpu_utilization=0.3,application_utilization=0", 0.3)]
    [InlineData("endpoint-load-metrics: TEXT cpu_utilization=3e-1", 0.3)]
    [InlineData("endpoint-load-metrics: JSON {\"cpu_utilization\":0.3}", 0.3)]
    [InlineData("endpoint-load-metrics: JSON {\"cpu_utilization\": 0.3, \"mem_utilization\": 0.8, \"application_utilization\": 0.7}", 0.7)]
    [InlineData("endpoint-load-metrics: JSON { \"named_metrics\" : { \"cpu_utilization\" : 9 } , \"cpu_utilization\" : 0.3 }", 0.3)]
    [InlineData("endpoint-load-metrics: JSON {\"named_metrics\":{\"a\\\"}\":9},\"cpu_utilization\":0.3}", 0.3)]
    [InlineData("endpoint-load-metrics: JSON {\"x\":\"cpu_utilization\",\"y\":\"{\",\"cpu_utilization\":0.3}", 0.3)]
    public void Load_WellFormed_IsRead(string line, double expected) => Assert.Equal(expected, Read(line).Load);

    [Fact]
    public void Load_OwnFieldAndOrca_OwnFieldHasPriority()
    {
        Assert.Equal(0.5, Read("X-Carousel-Load: 0.5\r\nendpoint-load-metrics: TEXT application_utilization=0.7").Load);
        Assert.Equal(0.5, Read("endpoint-load-metrics: TEXT application_utilization=0.7\r\nX-Carousel-Load: 0.5").Load);
    }

    [Theory]
    [InlineData("X-Carousel-Capacity: 4", 4)]
    [InlineData("x-carousel-capacity: 0.001", 0.001)]
    [InlineData("X-Carousel-Capacity: 1e6", 1_000_000)]
    [InlineData("X-Carousel-Capacity: 4 cores", None)]
    [InlineData("X-Carousel-Capacity: -4", None)]
    [InlineData("X-Carousel-Capacity: NaN", None)]
    [InlineData("X-Carousel-Capacity:", None)]
    [InlineData("endpoint-load-metrics: TEXT cpu_utilization=0.3", None)]
    public void Capacity_OneLine_IsReadOrNone(string line, double expected) => Assert.Equal(expected, Read(line).Capacity);

    [Theory]
    [InlineData("X-Carousel-Load:")]
    [InlineData("X-Carousel-Load: -0.5")]
    [InlineData("X-Carousel-Load: NaN")]
    [InlineData("X-Carousel-Load: Infinity")]
    [InlineData("X-Carousel-Load: 1e999")]
    [InlineData("X-Carousel-Load: 50%")]
    [InlineData("X-Carousel-Load: 0,5")]
    [InlineData("endpoint-load-metrics:")]
    [InlineData("endpoint-load-metrics: TEXT")]
    [InlineData("endpoint-load-metrics: TEXT ,,=,=1,cpu_utilization")]
    [InlineData("endpoint-load-metrics: TEXT cpu_utilization=x")]
    [InlineData("endpoint-load-metrics: TEXT xcpu_utilization=0.3")]
    [InlineData("endpoint-load-metrics: cpu_utilization=0.3")]
    [InlineData("endpoint-load-metrics: BIN CZqZmZmZmbk/")]
    [InlineData("endpoint-load-metrics: JSON")]
    [InlineData("endpoint-load-metrics: JSON {")]
    [InlineData("endpoint-load-metrics: JSON {\"cpu_utilization")]
    [InlineData("endpoint-load-metrics: JSON {\"cpu_utilization\"")]
    [InlineData("endpoint-load-metrics: JSON {\"cpu_utilization\":")]
    [InlineData("endpoint-load-metrics: JSON {\"cpu_utilization\":0.3")]
    [InlineData("endpoint-load-metrics: JSON {\"cpu_utilization\":\"0.3\"}")]
    [InlineData("endpoint-load-metrics: JSON {\"cpu_utilization\":{\"cpu_utilization\":0.3}}")]
    [InlineData("endpoint-load-metrics: JSON \"cpu_utilization\":0.3}")]
    [InlineData("endpoint-load-metrics: JSON {\"\\")]
    public void Load_BadInput_IsNone(string line) => Assert.Equal(None, Read(line).Load);

    [Fact]
    public void Read_AnyValue_IsNoneOrFromZero() => Gen.Select(Gen.Int[0, 3], Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.Char["\"\\{}:,=1.e-"]), 0, 40])
        .Sample((start, rest) =>
        {
            string[] starts = ["TEXT ", "JSON {", "JSON {\"cpu_utilization\":", "TEXT cpu_utilization="];
            return Read($"endpoint-load-metrics: {starts[start]}{rest}").Load is None or >= 0 and < double.PositiveInfinity;
        });

    private static LoadReport Read(string lines)
    {
        byte[] head = Corpus.Bytes($"HTTP/1.1 200 OK\r\n{lines}\r\nContent-Length: 0\r\n\r\n");
        ParsedResponse response = ParsedResponse.Of(head, RequestMethod.Get, Heads.Limits);
        Assert.Equal(ParseStatus.Complete, response.Status);
        Assert.True(response.Head.Present.HasAny(FieldSet.Reports));
        return LoadReport.Read(response.Head);
    }
}

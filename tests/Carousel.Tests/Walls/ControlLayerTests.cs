using Xunit;

namespace Carousel.Tests.Walls;

public class ControlLayerTests
{
    private static readonly Lazy<IReadOnlyList<Layers.Mention>> s_control = new(() => ControlLayers.All.Mentions(Sources.Under("src/Carousel.Control")));

    [Fact]
    public void Control_AllSources_KeepTheLayering() => Assert.Empty(ControlLayers.All.Violations(s_control.Value));

    [Fact]
    public void Control_AllowedDependencies_AreAllUsed() => Assert.Empty(ControlLayers.All.Unused(s_control.Value));

    [Fact]
    public void Control_AllowedDependencies_HaveNoCycle() => Assert.Empty(ControlLayers.All.Cycles());

    [Theory]
    [InlineData("Carousel.Control.Supervision", "Carousel.Control.Telemetry", true)]
    [InlineData("Carousel.Control.Telemetry", "Carousel.Control.Supervision", false)]
    [InlineData("Carousel.Control.Dashboard", "Carousel.Control.Admin", true)]
    [InlineData("Carousel.Control.Store.Client", "Carousel.Control.Store", true)]
    [InlineData("Carousel.Control.Store", "Carousel.Control.Store.Client", false)]
    [InlineData("Carousel.Control.Store", "Carousel.Control.Store.Embedded", true)]
    [InlineData("Carousel.Control.Admin", "Carousel.Control.Store.Records", false)]
    public void Violations_OneLayerMentionsAnother_AreFoundWhereForbidden(string from, string to, bool found)
    {
        string target = $"namespace {to}; internal static class Target {{ public static int Value; }}";
        string user = $"namespace {from}; internal static class User {{ static int Get() => {to}.Target.Value; }}";
        Assert.Equal(found, ControlLayers.All.Violations([Sources.Parse("T.cs", target), Sources.Parse("U.cs", user)]).Any());
    }

    [Fact]
    public void Cycles_OverAThirdLayer_AreFound()
    {
        var layers = new Layers("A", new Dictionary<string, string[]> { ["A.X"] = ["A.Y"], ["A.Y"] = ["A.Z"], ["A.Z"] = ["A.X"], ["A.W"] = ["A.X"] });
        Assert.Equal(["A.X", "A.Y", "A.Z"], layers.Cycles());
    }
}

using Xunit;

namespace Carousel.Tests.Walls;

public class CoreLayerTests
{
    private static readonly Lazy<IReadOnlyList<Layers.Mention>> s_core = new(() => CoreLayers.All.Mentions(Sources.Under("src/Carousel.Core")));

    [Fact]
    public void Core_AllSources_KeepTheLayering() => Assert.Empty(CoreLayers.All.Violations(s_core.Value));

    [Fact]
    public void Core_AllowedDependencies_AreAllUsed() => Assert.Empty(CoreLayers.All.Unused(s_core.Value));

    [Fact]
    public void Core_AllowedDependencies_HaveNoCycle() => Assert.Empty(CoreLayers.All.Cycles());
}

using Xunit;

namespace Carousel.Tests.Walls;

public class EngineLayerTests
{
    private static readonly Lazy<IReadOnlyList<Layers.Mention>> s_engine = new(() => EngineLayers.All.Mentions(Sources.Under("src/Carousel.Engine")));

    [Fact]
    public void Engine_AllSources_KeepTheLayering() => Assert.Empty(EngineLayers.All.Violations(s_engine.Value));

    [Fact]
    public void Engine_AllowedDependencies_AreAllUsed() => Assert.Empty(EngineLayers.All.Unused(s_engine.Value));

    [Fact]
    public void Engine_WithoutTheSourcesOfSockets_DoesNotUseItsDependency() =>
        Assert.NotEmpty(EngineLayers.All.Unused([.. s_engine.Value.Where(mention => mention.Layer != "Carousel.Engine.Sockets")]));

    [Fact]
    public void Engine_ReactorSourcesMovedIntoHttp_BreakTheLayering()
    {
        // Checks that real sources bind: without it, the rules would also pass if the compiler resolved no name.
        const string reactor = "namespace Carousel.Engine.Reactor;";
        var moved = Sources.Under("src/Carousel.Engine").Select(tree =>
            Sources.Parse(tree.FilePath, tree.GetText(TestContext.Current.CancellationToken).ToString().Replace(reactor, "namespace Carousel.Engine.Http;")));
        Assert.NotEmpty(EngineLayers.All.Violations([.. moved]));
    }

    [Theory]
    [InlineData("Linux", "Http", 1)]
    [InlineData("Linux", "Reactor", 1)]
    [InlineData("Reactor", "Linux", 0)]
    [InlineData("Reactor", "Sockets", 1)]
    [InlineData("Reactor", "Proxy", 1)]
    [InlineData("Sockets", "Linux", 0)]
    [InlineData("Sockets", "Reactor", 1)]
    [InlineData("Sockets", "Http", 1)]
    [InlineData("Http", "Linux", 1)]
    [InlineData("Http", "Proxy", 1)]
    [InlineData("Http", "Http", 0)]
    [InlineData("Proxy", "Linux", 0)]
    [InlineData("Proxy", "Http", 0)]
    public void Violations_OneLayerMentionsAnother_AreFoundWhereForbidden(string from, string to, int found)
    {
        string target = $"namespace Carousel.Engine.{to}; internal static class Target {{ public static int Value; }}";
        string user = $"namespace Carousel.Engine.{from}; internal static class User {{ static int Get() => Carousel.Engine.{to}.Target.Value; }}";
        Assert.Equal(found > 0, EngineLayers.All.Violations([Sources.Parse("T.cs", target), Sources.Parse("U.cs", user)]).Any());
    }

    [Theory]
    [InlineData("static int Get() => Linux.Target.Value;", "")]
    [InlineData("static int Get() => Target.Value;", "using Carousel.Engine.Linux;")]
    [InlineData("static int Get() => T.Value;", "using T = Carousel.Engine.Linux.Target;")]
    [InlineData("static int Get() => Value;", "using static Carousel.Engine.Linux.Target;")]
    [InlineData("", "using Carousel.Engine.Linux;")]
    [InlineData("static void Get(Linux.Target? target) { }", "")]
    [InlineData("static void Get() => 1.Extend();", "using Carousel.Engine.Linux;")]
    public void Violations_HoweverItIsWritten_AreFound(string member, string directive)
    {
        const string target = "namespace Carousel.Engine.Linux; internal static class Target { public static int Value; public static void Extend(this int x) { } }";
        string user = $"{directive} namespace Carousel.Engine.Http; internal static class User {{ {member} }}";
        Assert.NotEmpty(EngineLayers.All.Violations([Sources.Parse("T.cs", target), Sources.Parse("U.cs", user)]));
    }

    [Theory]
    [InlineData("Http", "Carousel.Core.Telemetry.FailureReason", false)]
    [InlineData("Reactor", "Carousel.Core.Telemetry.FailureReason", true)]
    [InlineData("Sockets", "Carousel.Core.Telemetry.FailureReason", true)]
    [InlineData("Linux", "Carousel.Core.Telemetry.FailureReason", true)]
    [InlineData("Proxy", "Carousel.Core.Telemetry.FailureReason", false)]
    [InlineData("Http", "System.Buffers.Binary.BinaryPrimitives", false)]
    public void Violations_MentionOfCore_IsFoundBelowHttp(string layer, string type, bool found)
    {
        string user = $"namespace Carousel.Engine.{layer}; internal static class User {{ static object Get() => typeof({type}); }}";
        Assert.Equal(found, EngineLayers.All.Violations([Sources.Parse("U.cs", user)]).Any());
    }

    [Fact]
    public void Violations_NamespaceWithoutLayer_IsFound() =>
        Assert.Single(EngineLayers.All.Violations([Sources.Parse("A.cs", "namespace Carousel.Engine.Elsewhere; class C { }")]));
}

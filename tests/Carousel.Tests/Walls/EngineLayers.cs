namespace Carousel.Tests.Walls;

/// <summary>The layers of the engine.</summary>
internal static class EngineLayers
{
    private const string Engine = "Carousel.Engine";
    private const string Core = "Carousel.Core";

    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Carousel.Engine.Linux"] = [],
        ["Carousel.Engine.Reactor"] = ["Carousel.Engine.Linux"],
        ["Carousel.Engine.Sockets"] = ["Carousel.Engine.Linux"],
        ["Carousel.Engine.Http"] = [Core],
        ["Carousel.Engine.Sessions"] = [Core, "Carousel.Engine.Linux", "Carousel.Engine.Reactor", "Carousel.Engine.Http"],
        ["Carousel.Engine.Proxy"] = [Core, Engine],
        [Engine] = [Core, Engine],
    };

    public static Layers All { get; } = new(Engine, s_allowed);
}

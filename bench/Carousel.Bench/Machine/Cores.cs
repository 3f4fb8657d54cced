namespace Carousel.Bench.Machine;

/// <summary>Who runs where: what is measured has a core of its own.</summary>
internal static class Cores
{
    public const int Peer = 0;

    /// <summary>The load generator, the backend and this program.</summary>
    public const int Load = 1;
}

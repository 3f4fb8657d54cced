using Carousel.Bench.Peers;
using Carousel.Bench.Processes;

namespace Carousel.Bench.Hostile;

/// <summary>Where trials start peers, and what is behind these.</summary>
/// <param name="Run">It belongs to.</param>
/// <param name="Servers">Ports of servers that work.</param>
internal sealed record Place(BenchRun Run, IReadOnlyList<int> Servers)
{
    /// <summary>Of the run.</summary>
    public string Folder => Run.Folder;

    /// <summary>That are free.</summary>
    public Ports Ports => Run.Ports;

    /// <summary>Of a measurement.</summary>
    public int Seconds => Run.Options.Seconds;

    /// <summary>Of a measurement.</summary>
    public TimeSpan Time => TimeSpan.FromSeconds(Seconds);

    /// <summary>Starts a peer as an ordinary user; returns once it has responded.</summary>
    /// <param name="peer">Which.</param>
    /// <param name="hostile">Its limits.</param>
    /// <param name="servers">What is behind it; null for all <see cref="Servers"/>.</param>
    public RunningPeer Start(Peer peer, HostileSetup hostile, IReadOnlyList<int>? servers = null) =>
        RunningPeer.Start(peer, Run.SetUp(peer, servers ?? Servers) with { Hostile = hostile }, Run.Stop);
}

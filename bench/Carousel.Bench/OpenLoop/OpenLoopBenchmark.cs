using Carousel.Bench.Cli;
using Carousel.Bench.Machine;
using Carousel.Bench.Peers;

namespace Carousel.Bench.OpenLoop;

/// <summary>A benchmark of pools whose servers fail or aren't alike: our own servers, and requests that are due regardless of responses.</summary>
internal abstract class OpenLoopBenchmark : Benchmark
{
    private Programs? _programs;

    public override int Descriptors => 20_000;

    public override IEnumerable<(string, string)> Needs => [Publisher.Linker];

    public override IReadOnlyList<string> PeerNames => [.. All(null).Select(peer => peer.Product).Distinct()];

    protected Programs Programs => _programs ?? throw new InvalidOperationException("not prepared");

    protected static string CoreFact => $"peers on core {Cores.Peer}, one worker each; the load, the servers and this program on core {Cores.Load}";

    public override IReadOnlyList<Peer> Choose(BenchOptions options) => [.. All(options.Carousel).Where(peer => options.Peers.Contains(peer.Product))];

    public override async Task PrepareAsync(Publisher publisher, CancellationToken stop) => _programs = await Programs.PublishAsync(publisher, stop);

    /// <summary>All that it compares, each product with its policies.</summary>
    protected abstract IReadOnlyList<Peer> All(string? carousel);
}

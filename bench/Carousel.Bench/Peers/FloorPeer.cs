using Carousel.Bench.Processes;

namespace Carousel.Bench.Peers;

/// <summary>A bare epoll loop: the limit, not a product. It checks nothing and can do nothing else.</summary>
internal sealed class FloorPeer() : Peer("floor")
{
    private string _binary = "";

    public override IEnumerable<(string, string)> Needs => [Publisher.Linker];

    public override bool IsLimit => true;

    public override async Task PrepareAsync(Publisher publisher, CancellationToken stop) =>
        _binary = await publisher.PublishAsync("bench/programs/floor", "floor", "floor", stop);

    public override Task<string> VersionAsync(CancellationToken stop) =>
        Task.FromResult("a bare epoll loop: the limit, not a product");

    public override string[] Configure(Setup setup) => [_binary, $"{setup.Port}", .. setup.Servers.Select(port => $"{port}")];

    public override void Change(Setup setup, Child process, IReadOnlyList<int> servers) =>
        throw new BenchException("the floor keeps the servers that it was started with");
}

namespace Carousel.Load.Peers;

/// <summary>A bare epoll loop: the limit, not a product. It checks nothing and can do nothing else.</summary>
internal sealed class FloorPeer : Peer
{
    private string _binary = "";

    public override string Name => "floor";

    public override IEnumerable<(string, string)> Needs => [Publisher.Linker];

    public override bool IsLimit => true;

    public override async Task PrepareAsync(Publisher publisher, CancellationToken stop) =>
        _binary = await publisher.PublishAsync("bench/load/floor", "floor", "floor", stop);

    public override Task<string> VersionAsync(CancellationToken stop) =>
        Task.FromResult("a bare epoll loop: the limit, not a product");

    public override string[] Configure(Place place) => [_binary, $"{place.Port}", .. place.Servers.Select(port => $"{port}")];
}

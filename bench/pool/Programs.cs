using Carousel.Load.Peers;

namespace Carousel.Pool;

/// <summary>The bench's own programs, built: the servers of the pool and the load generator.</summary>
internal sealed record Programs(string Server, string Client)
{
    public static async Task<Programs> PublishAsync(Publisher publisher, CancellationToken stop) => new(
        await publisher.PublishAsync("bench/pool/backend", "pool-backend", "pool-backend", stop),
        await publisher.PublishAsync("bench/pool/client", "pool-client", "pool-client", stop));
}

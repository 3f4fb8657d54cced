using Carousel.Bench.Peers;

namespace Carousel.Bench.OpenLoop;

/// <summary>The programs of their own that churn and balance need, built: the servers of the pool and the load generator.</summary>
internal sealed record Programs(string Server, string Client)
{
    public static async Task<Programs> PublishAsync(Publisher publisher, CancellationToken stop) => new(
        await publisher.PublishAsync("bench/programs/backend", "backend", "backend", stop),
        await publisher.PublishAsync("bench/programs/client", "client", "client", stop));
}

using Carousel.Bench.Peers;

namespace Carousel.Bench.Load;

/// <summary>How long a peer takes from its start to its first response, and what it then weighs.</summary>
internal static class StartRun
{
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(500);

    public static async Task<StartSample> MeasureAsync(RunningPeer peer, int round, CancellationToken stop)
    {
        await Task.Delay(Settling, stop);
        return new StartSample(peer.Name, round, peer.FirstResponse.TotalMilliseconds, peer.Memory());
    }
}

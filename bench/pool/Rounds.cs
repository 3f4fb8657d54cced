using System.Net.Sockets;
using Carousel.Load;
using Carousel.Pool.Peers;

namespace Carousel.Pool;

/// <summary>A peer that broke: it is left out of the rounds that would follow.</summary>
internal sealed record Failure(string Peer, string Message);

/// <summary>All that a run measured.</summary>
internal sealed record Results<T>(List<T> Samples, List<Failure> Failures);

/// <summary>Measures every peer once a round, in an order that turns by one each round: what changes on the machine meets them all.</summary>
internal static class Rounds
{
    public static async Task<Results<T>> RunAsync<T>(
        IReadOnlyList<Peer> peers, int rounds, Func<Peer, int, Task<T>> measure, Action<string> say, CancellationToken stop)
    {
        var results = new Results<T>([], []);
        var taking = peers.ToList();
        for (int round = 0; round < rounds; round++)
        {
            foreach (var peer in taking.Select((_, i) => taking[(i + round) % taking.Count]).ToList())
            {
                try
                {
                    results.Samples.Add(await measure(peer, round));
                }
                catch (Exception e) when (e is LoadException or IOException or SocketException)
                {
                    say($"{peer.Name} FAILED: {e.Message}");
                    results.Failures.Add(new Failure(peer.Name, e.Message));
                    taking.Remove(peer);
                }
            }
        }

        // A Ctrl-C reaches the children too: what they failed in then is no result.
        stop.ThrowIfCancellationRequested();
        return results;
    }
}

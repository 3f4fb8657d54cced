using System.Net.Sockets;
using Carousel.Bench.Cli;
using Carousel.Bench.Peers;
using Carousel.Bench.Reports;

namespace Carousel.Bench;

/// <summary>
/// Measures every peer once a round, in an order that rotates by one each round: changes on the machine affect all of them. A peer that breaks is
/// reported and left out of the rest of the scenario.
/// </summary>
internal sealed class Rounds(BenchRun run, string scenario, IEnumerable<Peer> peers)
{
    private readonly List<Peer> _taking = [.. peers];

    /// <summary>Does something with each peer before it is measured.</summary>
    public Task OnceAsync(Func<Peer, Task> step) => RunAsync(1, (peer, _) => step(peer));

    /// <summary>Measures each peer so often; the second argument is the round, from 0.</summary>
    public async Task RunAsync(int rounds, Func<Peer, int, Task> measure)
    {
        for (int round = 0; round < rounds; round++)
        {
            // A copy: a peer that fails is taken out of the list meanwhile.
            foreach (var peer in _taking.Select((_, i) => _taking[(i + round) % _taking.Count]).ToList())
            {
                await GuardAsync(peer, () => measure(peer, round));
            }
        }

        // A Ctrl-C reaches the children too: what they failed in then is no result.
        run.Stop.ThrowIfCancellationRequested();
    }

    private async Task GuardAsync(Peer peer, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception e) when (e is BenchException or IOException or SocketException)
        {
            Comparison.Say($"{scenario}: {peer.Name} FAILED: {e.Message}");
            run.Failures.Add(new Failure(scenario, peer.Name, e.Message));
            _taking.Remove(peer);
        }
    }
}

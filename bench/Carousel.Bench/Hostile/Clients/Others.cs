using System.Diagnostics;
using System.Net.Sockets;

namespace Carousel.Bench.Hostile.Clients;

/// <summary>Well-behaved clients, each request on a connection of its own: how many were served, and how soon.</summary>
internal sealed class Others
{
    /// <summary>Longer, and a person has left.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly List<double> _milliseconds = [];

    public int Asked { get; private set; }

    public int Served => _milliseconds.Count;

    public string ServedOfAsked => $"{Served} of {Asked}";

    public string P50 => Quantile(0.5);

    public string Worst => Quantile(1);

    /// <summary>Asks so often, one after the other with a pause between: a bounded number, whatever becomes of each.</summary>
    public static async Task<Others> AskAsync(int port, int count, TimeSpan pause, CancellationToken stop, params string[] paths)
    {
        var others = new Others();
        var all = new List<Task>();
        for (int i = 0; i < count; i++)
        {
            all.Add(others.AskOnceAsync(port, paths[i % paths.Length], stop));
            await Task.Delay(pause, stop);
        }

        await Task.WhenAll(all);
        return others;
    }

    private async Task AskOnceAsync(int port, string path, CancellationToken stop)
    {
        Asked++;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        long began = Stopwatch.GetTimestamp();
        try
        {
            using var client = await Client.ConnectAsync(port, 0, limit.Token);
            var (status, _) = await client.AskAsync(path, new byte[4096], limit.Token);
            if (status == 200)
            {
                lock (_milliseconds)
                {
                    _milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }
            }
        }
        catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            // Not served.
        }
    }

    private string Quantile(double share)
    {
        var sorted = _milliseconds.Order().ToList();
        return sorted.Count == 0 ? "-" : sorted[(int)((sorted.Count - 1) * share)].ToString("F1", System.Globalization.CultureInfo.InvariantCulture);
    }
}

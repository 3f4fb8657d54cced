using Carousel.Core.Telemetry;

namespace Carousel.Control.Dashboard;

/// <summary>Builds the <see cref="SecondFrame"/>s in one pass over the workers' counters. One thread at a time.</summary>
internal sealed class SecondLook(Traffic traffic)
{
    /// <summary>Upper bounds of the heat map's bands, in milliseconds; each is twice the previous one.</summary>
    internal static readonly double[] Bands = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

    private readonly LatencyTotals _own = new();
    private readonly ErrorWindow _errors = new();
    private long _number, _responses, _status5xx;

    /// <summary>Builds the frame of the second that ends now.</summary>
    /// <param name="servers">All servers.</param>
    public SecondFrame Take(IEnumerable<ServerSeries> servers)
    {
        var (window, second) = (new LatencyTotals(), new LatencyTotals());
        long[] responses = new long[ServerCounters.Classes];
        long[] attempts = new long[FailureReasons.Count];
        foreach (ServerSeries one in servers)
        {
            one.LookAtLatencies(_own, window, second);
            (long ended, long status5xx) = one.LookAtErrors();
            (_responses, _status5xx) = (_responses + ended, _status5xx + status5xx);
            foreach (ServerCounters? counters in one.Server.Traffic.ByWorker)
            {
                Add(responses, counters is null ? [] : counters.ByClass);
                Add(attempts, counters is null ? [] : counters.ByReason);
            }
        }
        long[] requests = new long[FailureReasons.Count];
        foreach (WorkerCounters worker in traffic.Workers)
        {
            Add(requests, worker.ByReason);
        }
        long failed = FailureReasons.SumButClients(requests);
        _errors.Look(_responses + failed, _status5xx + failed);
        return new SecondFrame(
            ++_number, Percentile(window, 0.5), Percentile(window, 0.99), Heat(second), responses, Reasons(requests, attempts), failed, _errors.Share);
    }

    /// <summary>In milliseconds, rounded for display; -1 without values.</summary>
    public static double Percentile(LatencyTotals latencies, double share)
    {
        double micros = latencies.Percentile(share);
        return latencies.Count == 0 ? -1 : Math.Round(micros / 1000, micros < 10_000 ? 2 : 1);
    }

    private static long[] Heat(LatencyTotals second)
    {
        long[] below = [0, .. Bands.Select(band => second.CountBelow((long)(band * 1000))), second.Count];
        return [.. below.Skip(1).Zip(below, (upTo, before) => upTo - before)];
    }

    private static ReasonFrame[] Reasons(long[] requests, long[] attempts) =>
    [
        .. Enum.GetValues<FailureReason>().Where(reason => requests[(int)reason] + attempts[(int)reason] != 0)
            .Select(reason => new ReasonFrame(reason.Describe().Name, reason.Describe().Sentence, requests[(int)reason], attempts[(int)reason])),
    ];

    private static void Add(long[] into, ReadOnlySpan<long> more)
    {
        for (int i = 0; i < more.Length; i++)
        {
            into[i] += more[i];
        }
    }
}

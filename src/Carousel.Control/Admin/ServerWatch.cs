using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Admin;

/// <summary>
/// Server activity of the last seconds. Sampled on demand only: the first read after a pause covers all activity since the previous one. Any thread.
/// </summary>
public sealed class ServerWatch
{
    /// <summary>Minimum length of "the last seconds"; at most twice this while it is read regularly.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private static readonly Reading Nothing = new(new ServerCounterSnapshot(), new LatencyTotals());

    private readonly Pool _pool;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Sample _before, _last;

    /// <param name="pool">Has the servers.</param>
    /// <param name="time">The clock.</param>
    public ServerWatch(Pool pool, TimeProvider time)
    {
        (_pool, _time) = (pool, time);
        _before = _last = new Sample(time.GetTimestamp(), []);
    }

    /// <summary>Activity of the current servers in the last seconds, in the order of the pool.</summary>
    public ServerWindow Read()
    {
        PoolSnapshot pool = _pool.Current;
        lock (_gate)
        {
            var now = new Sample(_time.GetTimestamp(), pool.Servers.ToDictionary(server => server, Read));
            if (_time.GetElapsedTime(_last.At, now.At) >= Window)
            {
                (_before, _last) = (_last, now);
            }
            ServerActivity[] servers = [.. pool.Servers.Select(server =>
                Between(server, _before.Readings.GetValueOrDefault(server, Nothing), now.Readings[server]))];
            return new ServerWindow(pool, _time.GetElapsedTime(_before.At, now.At), servers);
        }
    }

    private static Reading Read(Server server)
    {
        var reading = new Reading(server.Traffic.Read(), new LatencyTotals());
        server.Traffic.ReadLatencies(reading.FirstByte);
        return reading;
    }

    private static ServerActivity Between(Server server, Reading before, Reading now) =>
        new(server, now.Counters, before.Counters, now.FirstByte.Since(before.FirstByte));

    private sealed record Sample(long At, Dictionary<Server, Reading> Readings);

    private sealed record Reading(ServerCounterSnapshot Counters, LatencyTotals FirstByte);
}

/// <summary>Server activity of the last seconds.</summary>
/// <param name="Pool">The pool at that moment.</param>
/// <param name="Length">Length of the window.</param>
/// <param name="Servers">In the order of the pool.</param>
public sealed record ServerWindow(PoolSnapshot Pool, TimeSpan Length, IReadOnlyList<ServerActivity> Servers);

/// <summary>Activity of one server.</summary>
/// <param name="Server">The server.</param>
/// <param name="Now">Counters now.</param>
/// <param name="Before">Counters at the start of the window.</param>
/// <param name="Latency">From sending a request to its response head, in the window.</param>
public sealed record ServerActivity(Server Server, ServerCounterSnapshot Now, ServerCounterSnapshot Before, LatencyTotals Latency)
{
    /// <summary>Requests sent to it in the window.</summary>
    public long Requests => Now.Attempts - Before.Attempts;

    /// <summary>Share of errors (its 5xx, and attempts failed because of it or the balancer) in all that ended in the window: 0 to 1, 0 if none ended.</summary>
    public double ErrorShare
    {
        get
        {
            long errors = Now.Errors - Before.Errors;
            long ends = Now.Responses + Now.Failures - Before.Responses - Before.Failures;
            return ends == 0 ? 0 : Math.Round((double)errors / ends, 4);
        }
    }
}

using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Admin;

/// <summary>
/// What each server has done in the last seconds. It costs nothing while nobody looks: the first look after a pause sees all that came since the last one. Any thread.
/// </summary>
public sealed class ServerWatch
{
    /// <summary>What is called "the last seconds" is at least this long, and twice this while somebody keeps looking.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private static readonly Reading Nothing = new(new ServerCounterSnapshot(), new LatencyTotals());

    private readonly ServerPool _pool;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Sample _before, _last;

    /// <param name="pool">Whose servers.</param>
    /// <param name="time">The clock.</param>
    public ServerWatch(ServerPool pool, TimeProvider time)
    {
        (_pool, _time) = (pool, time);
        _before = _last = new Sample(time.GetTimestamp(), []);
    }

    /// <summary>What the servers of now did in the last seconds, in the order of the pool.</summary>
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

/// <summary>What servers did in the last seconds.</summary>
/// <param name="Pool">The pool of that moment.</param>
/// <param name="Length">How long those seconds were.</param>
/// <param name="Servers">In the order of the pool.</param>
public sealed record ServerWindow(PoolSnapshot Pool, TimeSpan Length, IReadOnlyList<ServerActivity> Servers);

/// <summary>What a server did.</summary>
/// <param name="Server">Who.</param>
/// <param name="Now">Up to now.</param>
/// <param name="Before">Up to the beginning of the last seconds.</param>
/// <param name="Latency">From a request being sent to the head of its response, in the last seconds.</param>
public sealed record ServerActivity(Server Server, ServerCounterSnapshot Now, ServerCounterSnapshot Before, LatencyTotals Latency)
{
    /// <summary>Requests that it was given in the last seconds.</summary>
    public long Requests => Now.Attempts - Before.Attempts;

    /// <summary>The share of errors in what ended in the last seconds: its 5xx, and attempts that failed by its fault or ours; 0 to 1, 0 if nothing ended.</summary>
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

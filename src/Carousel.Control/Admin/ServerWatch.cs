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

    private static readonly ServerTotals Nothing = new();

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
            var now = new Sample(_time.GetTimestamp(), pool.Servers.ToDictionary(server => server, server => server.Traffic.Read()));
            if (_time.GetElapsedTime(_last.At, now.At) >= Window)
            {
                (_before, _last) = (_last, now);
            }
            ServerActivity[] servers = [.. pool.Servers.Select(server =>
                new ServerActivity(server, now.Totals[server], _before.Totals.GetValueOrDefault(server, Nothing)))];
            return new ServerWindow(pool, _time.GetElapsedTime(_before.At, now.At), servers);
        }
    }

    private sealed record Sample(long At, Dictionary<Server, ServerTotals> Totals);
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
public sealed record ServerActivity(Server Server, ServerTotals Now, ServerTotals Before)
{
    /// <summary>Requests that it was given in the last seconds.</summary>
    public long Requests => Now.Attempts - Before.Attempts;

    /// <summary>The share of errors in what ended in the last seconds: its 5xx, and attempts that failed by its fault or ours; 0 to 1, 0 if nothing ended.</summary>
    public double ErrorShare
    {
        get
        {
            long errors = Now.Errors - Before.Errors;
            long ends = Now.Answers + Now.Failures - Before.Answers - Before.Failures;
            return ends == 0 ? 0 : Math.Round((double)errors / ends, 4);
        }
    }

    /// <summary>How long the heads of its answers were waited for in the last seconds.</summary>
    public LatencyTotals Latency => Now.FirstByte.Since(Before.FirstByte);
}

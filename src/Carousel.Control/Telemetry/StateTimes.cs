using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>Since when each server is in the state that it is in. It looks when the pool changes, when something is logged, and when it is asked. Any thread.</summary>
public sealed class StateTimes : IDisposable
{
    private readonly ServerPool _pool;
    private readonly EventLog? _events;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<Server, (ServerState State, DateTimeOffset Since)> _states = [];

    /// <param name="pool">Whose servers.</param>
    /// <param name="time">The workers' clock.</param>
    /// <param name="events">Told of servers that are ejected and back; null if nobody is.</param>
    public StateTimes(ServerPool pool, TimeProvider time, EventLog? events = null)
    {
        (_pool, _time, _events) = (pool, time, events);
        pool.Changed += Look;
        if (events is not null)
        {
            events.Written += Look;
        }
        Look();
    }

    /// <summary>The workers' clock, in milliseconds.</summary>
    public long NowMs => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>Something may have happened to a server: notes when. Quick.</summary>
    public void Look()
    {
        PoolSnapshot pool = _pool.Current;
        DateTimeOffset now = _time.GetUtcNow();
        long nowMs = NowMs;
        lock (_gate)
        {
            foreach (Server server in pool.Servers)
            {
                ServerState state = pool.StateOf(server, nowMs);
                if (!_states.TryGetValue(server, out var known) || known.State != state)
                {
                    _states[server] = (state, Began(server, state, now, nowMs));
                }
            }
            if (_states.Count > pool.Servers.Length)
            {
                foreach (Server gone in _states.Keys.Except(pool.Servers).ToArray())
                {
                    _states.Remove(gone);
                }
            }
        }
    }

    /// <summary>The state of a server as of the last look, and since when it is in it.</summary>
    public (ServerState State, DateTimeOffset Since) Of(Server server)
    {
        lock (_gate)
        {
            return _states.TryGetValue(server, out var known) ? known : (_pool.Current.StateOf(server, NowMs), _time.GetUtcNow());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pool.Changed -= Look;
        if (_events is not null)
        {
            _events.Written -= Look;
        }
    }

    /// <summary>Workers eject without a word to anybody who could look at once, but note when.</summary>
    private static DateTimeOffset Began(Server server, ServerState state, DateTimeOffset now, long nowMs) =>
        state == ServerState.Ejected && server.LastEjection is { } ejection ? now - TimeSpan.FromMilliseconds(Math.Max(0, nowMs - ejection.AtMs)) : now;
}

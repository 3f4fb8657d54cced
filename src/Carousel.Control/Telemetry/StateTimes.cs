using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;

namespace Carousel.Control.Telemetry;

/// <summary>When each server entered its state. Updated when the pool changes, when an event is logged, and on request. Any thread.</summary>
public sealed class StateTimes : IDisposable
{
    private readonly Pool _pool;
    private readonly EventLog? _events;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<Server, (ServerState State, DateTimeOffset Since)> _states = [];

    /// <param name="pool">The servers' pool.</param>
    /// <param name="time">The workers' clock.</param>
    /// <param name="events">Events that signal ejections and reinstatements; null without.</param>
    public StateTimes(Pool pool, TimeProvider time, EventLog? events = null)
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

    /// <summary>Checks for state changes and records their time. Quick.</summary>
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
                foreach (Server removed in _states.Keys.Except(pool.Servers).ToArray())
                {
                    _states.Remove(removed);
                }
            }
        }
    }

    /// <summary>The state of a server at the last check, and when the server entered it.</summary>
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

    /// <summary>Workers eject servers without notifying this class at once, but record the time.</summary>
    private static DateTimeOffset Began(Server server, ServerState state, DateTimeOffset now, long nowMs) =>
        state == ServerState.Ejected && server.LastEjection is { } ejection ? now - TimeSpan.FromMilliseconds(Math.Max(0, nowMs - ejection.AtMs)) : now;
}

using Carousel.Control.Supervision;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;

namespace Carousel.Control.Telemetry;

/// <summary>When each server entered its state. Updated when the pool changes, when an event is logged, and on request. Any thread.</summary>
public sealed class StateTimes : PoolFollower
{
    private readonly EventLog? _events;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<Server, (ServerState State, DateTimeOffset Since)> _states = [];

    /// <param name="pool">The servers' pool.</param>
    /// <param name="time">The workers' clock.</param>
    /// <param name="events">Events that signal ejections and reinstatements; null without.</param>
    public StateTimes(Pool pool, TimeProvider time, EventLog? events = null)
        : base(pool)
    {
        (_time, _events) = (time, events);
        if (events is not null)
        {
            events.Written += Look;
        }
        Follow();
    }

    /// <summary>The workers' clock, in milliseconds.</summary>
    public long NowMs => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>Checks for state changes and records their time. Quick.</summary>
    public void Look()
    {
        DateTimeOffset now = _time.GetUtcNow();
        long nowMs = NowMs;
        lock (_gate)
        {
            // Read under the lock: a server that an update has removed does not come back.
            PoolSnapshot pool = Pool.Current;
            foreach (Server server in pool.Servers)
            {
                ServerState state = pool.StateOf(server, nowMs);
                if (!_states.TryGetValue(server, out var known) || known.State != state)
                {
                    _states[server] = (state, Began(server, state, now, nowMs));
                }
            }
        }
    }

    /// <summary>The state of a server at the last check, and when the server entered it.</summary>
    public (ServerState State, DateTimeOffset Since) Of(Server server)
    {
        lock (_gate)
        {
            return _states.TryGetValue(server, out var known) ? known : (Pool.Current.StateOf(server, NowMs), _time.GetUtcNow());
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        if (_events is not null)
        {
            _events.Written -= Look;
        }
    }

    /// <inheritdoc/>
    protected override void OnUpdate(PoolUpdate update)
    {
        Look();
        lock (_gate)
        {
            foreach (Server removed in update.Removed)
            {
                _states.Remove(removed);
            }
        }
    }

    /// <summary>Workers eject servers without notifying this class at once, but record the time.</summary>
    private static DateTimeOffset Began(Server server, ServerState state, DateTimeOffset now, long nowMs) =>
        state == ServerState.Ejected && server.LastEjection is { } ejection ? now - TimeSpan.FromMilliseconds(Math.Max(0, nowMs - ejection.AtMs)) : now;
}

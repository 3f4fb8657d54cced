using Carousel.Control.Discovery;
using Carousel.Control.Store;
using Carousel.Control.Telemetry;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Admin;

/// <summary>The balancer's state for the endpoints of the admin server. Any thread.</summary>
public sealed class AdminContext
{
    private volatile bool _isDraining;

    /// <param name="membership">Changes the pool.</param>
    /// <param name="traffic">The workers' counters and records.</param>
    /// <param name="events">The event log.</param>
    /// <param name="time">Clock for the times shown.</param>
    /// <param name="saver">Writes changes back to servers.txt; null if they are not saved.</param>
    /// <param name="states">Tracks since when servers are in their states; null to track it here.</param>
    public AdminContext(PoolMembership membership, Traffic traffic, EventLog events, TimeProvider time, ServersFileSaver? saver = null, StateTimes? states = null)
    {
        (Membership, Traffic, Events, Time) = (membership, traffic, events, time);
        StartedAt = time.GetUtcNow();
        Watch = new ServerWatch(membership.Pool, time);
        Editor = new PoolEditor(membership, saver, line => Report(line));
        States = states ?? new StateTimes(membership.Pool, time, events);
    }

    /// <summary>Changes the pool.</summary>
    public PoolMembership Membership { get; }

    /// <summary>The pool.</summary>
    public Pool Pool => Membership.Pool;

    /// <summary>The workers' counters and records.</summary>
    public Traffic Traffic { get; }

    /// <summary>Clock for the times shown.</summary>
    public TimeProvider Time { get; }

    /// <summary>When the balancer started.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>The event log.</summary>
    public EventLog Events { get; }

    /// <summary>Since when servers are in their states.</summary>
    public StateTimes States { get; }

    /// <summary>Server activity of the last seconds.</summary>
    public ServerWatch Watch { get; }

    /// <summary>Applies changes.</summary>
    internal PoolEditor Editor { get; }

    /// <summary>This program's version: <c>0.1.0</c>.</summary>
    public string Version { get; init; } = "";

    /// <summary>Remaining drain time of a server that is being removed; null if it is not.</summary>
    public Func<Server, TimeSpan?> TimeLeft { get; init; } = _ => null;

    /// <summary>The load balancing policy.</summary>
    public PolicyOptions Policy { get; init; } = new();

    /// <summary>True if all servers with an address are tried while none is available (<c>--panic</c>).</summary>
    public bool Panics { get; init; }

    /// <summary>The parsed command line, in the groups of --help.</summary>
    public IReadOnlyList<SettingGroup> Settings { get; init; } = [];

    /// <summary>State shared with the store; null if sessions are off.</summary>
    public SessionChannel? Sessions { get; init; }

    /// <summary><c>shared</c>, <c>sticky</c> or <c>off</c>.</summary>
    internal string SessionMode => Sessions?.Options.Mode.ToString().ToLowerInvariant() ?? "off";

    /// <summary>The session store; null if sessions are off.</summary>
    public SessionStore? Store { get; init; }

    /// <summary>All metrics.</summary>
    public MetricsCollector Metrics { get; init; } = new([]);

    /// <summary>Where sessions are kept.</summary>
    public StoreAddress StoreAddress { get; init; } = StoreAddress.None;

    /// <summary>The error in the servers file, because of which the last good list is used; null if there is none.</summary>
    public Func<string?> ListError { get; init; } = () => null;

    /// <summary>Receives a log line about each change made here.</summary>
    public Action<string> Report { get; init; } = _ => { };

    /// <summary>Receives a log line about each error.</summary>
    public Action<string> ReportError { get; init; } = _ => { };

    /// <summary>True once shutdown has begun.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Marks the beginning of shutdown.</summary>
    public void BeginDrain() => _isDraining = true;
}

/// <summary>Flags under one heading of --help, with their values.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Settings">In the order of --help.</param>
public sealed record SettingGroup(string Title, IReadOnlyList<Setting> Settings);

/// <summary>A flag with its value.</summary>
/// <param name="Flag">Its name: <c>--policy</c>.</param>
/// <param name="Value">The given value, or a name for the default; without secrets.</param>
/// <param name="IsGiven">False for a default.</param>
public sealed record Setting(string Flag, string Value, bool IsGiven);

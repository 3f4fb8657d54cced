using Carousel.Control.Discovery;
using Carousel.Control.Store;
using Carousel.Control.Telemetry;
using Carousel.Core.Config;
using Carousel.Core.Policies;
using Carousel.Core.Pool;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Admin;

/// <summary>What the endpoints of the admin side know of the balancer. Any thread.</summary>
public sealed class AdminContext
{
    private volatile bool _isDraining;

    /// <param name="membership">Changes the pool.</param>
    /// <param name="traffic">What the workers tell.</param>
    /// <param name="events">What has happened.</param>
    /// <param name="time">For the times that are shown.</param>
    /// <param name="saver">Writes changes back to servers.txt; null if none are.</param>
    /// <param name="states">Since when servers are as they are; null to watch for that here.</param>
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
    public ServerPool Pool => Membership.Pool;

    /// <summary>What the workers tell.</summary>
    public Traffic Traffic { get; }

    /// <summary>For the times that are shown.</summary>
    public TimeProvider Time { get; }

    /// <summary>When the balancer started.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>What has happened.</summary>
    public EventLog Events { get; }

    /// <summary>Since when servers are as they are.</summary>
    public StateTimes States { get; }

    /// <summary>What servers did in the last seconds.</summary>
    public ServerWatch Watch { get; }

    /// <summary>Makes the changes.</summary>
    internal PoolEditor Editor { get; }

    /// <summary>This program's version: <c>0.1.0</c>.</summary>
    public string Version { get; init; } = "";

    /// <summary>How long a server that is leaving may still take; null if it is not leaving.</summary>
    public Func<Server, TimeSpan?> TimeLeft { get; init; } = _ => null;

    /// <summary>How servers are chosen.</summary>
    public PolicyOptions Policy { get; init; } = new();

    /// <summary>True if all servers that have an address are tried while none can serve.</summary>
    public bool Panics { get; init; }

    /// <summary>The command line as it was understood, in the groups of --help.</summary>
    public IReadOnlyList<SettingGroup> Settings { get; init; } = [];

    /// <summary>What is shared with the store; null if there are no sessions.</summary>
    public SessionChannel? Sessions { get; init; }

    /// <summary><c>shared</c>, <c>sticky</c> or <c>off</c>.</summary>
    internal string SessionMode => Sessions?.Options.Mode.ToString().ToLowerInvariant() ?? "off";

    /// <summary>How the store is; null if there are no sessions.</summary>
    public SessionStore? Store { get; init; }

    /// <summary>All metrics.</summary>
    public MetricsCollector Metrics { get; init; } = new([]);

    /// <summary>Where sessions are kept.</summary>
    public StoreAddress StoreAddress { get; init; } = StoreAddress.None;

    /// <summary>What is wrong with the file of the servers, so that the last good list is used in its place; null if nothing is.</summary>
    public Func<string?> ListError { get; init; } = () => null;

    /// <summary>Takes a line about each change that was made here.</summary>
    public Action<string> Report { get; init; } = _ => { };

    /// <summary>Takes a line about what went wrong here.</summary>
    public Action<string> ReportError { get; init; } = _ => { };

    /// <summary>True once the balancer was told to leave.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>The balancer was told to leave.</summary>
    public void BeginDrain() => _isDraining = true;
}

/// <summary>Flags that --help shows under one heading, as they were understood.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Settings">In the order of --help.</param>
public sealed record SettingGroup(string Title, IReadOnlyList<Setting> Settings);

/// <summary>A flag as it was understood.</summary>
/// <param name="Flag">Its name: <c>--policy</c>.</param>
/// <param name="Value">What was given, or what its default is called; without secrets.</param>
/// <param name="IsGiven">False for a default.</param>
public sealed record Setting(string Flag, string Value, bool IsGiven);

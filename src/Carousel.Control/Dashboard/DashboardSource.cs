using Carousel.Control.Store;
using Carousel.Control.Telemetry;
using Carousel.Core.Pool;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Dashboard;

/// <summary>Where the dashboard looks.</summary>
/// <param name="Pool">The servers.</param>
/// <param name="Traffic">The workers' counters.</param>
/// <param name="Events">What has happened.</param>
/// <param name="Time">The workers' clock.</param>
/// <param name="TimeLeft">How long a server that is leaving may still take.</param>
/// <param name="Sessions">Null if sessions are off.</param>
/// <param name="Store">How the store of the sessions is.</param>
/// <param name="Product">For the foot of the page.</param>
/// <param name="States">Since when servers are as they are.</param>
public sealed record DashboardSource(
    ServerPool Pool, Traffic Traffic, EventLog Events, TimeProvider Time, Func<Server, TimeSpan?> TimeLeft, SessionChannel? Sessions, Func<StoreState> Store, string Product,
    StateTimes States);

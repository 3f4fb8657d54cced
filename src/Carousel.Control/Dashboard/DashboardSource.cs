using Carousel.Control.Store.Client;
using Carousel.Control.Telemetry;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Dashboard;

/// <summary>The dashboard's data sources.</summary>
/// <param name="Pool">The servers.</param>
/// <param name="Traffic">The workers' counters.</param>
/// <param name="Events">The event log.</param>
/// <param name="Time">The workers' clock.</param>
/// <param name="TimeLeft">The remaining drain time of a leaving server.</param>
/// <param name="Sessions">Null if sessions are off.</param>
/// <param name="Store">The state of the session store.</param>
/// <param name="Product">The name and version in the page's footer.</param>
/// <param name="States">When servers entered their states.</param>
public sealed record DashboardSource(
    Pool Pool, Traffic Traffic, EventLog Events, TimeProvider Time, Func<Server, TimeSpan?> TimeLeft, SessionChannel? Sessions, Func<StoreState> Store, string Product,
    StateTimes States);

using Carousel.Control.Dashboard;
using Carousel.Control.Store;
using Carousel.Control.Store.Client;
using Carousel.Control.Telemetry;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;
using Carousel.Tests.Harness;

namespace Carousel.Tests.Dashboard;

/// <summary>A pool and its counters, for tests that build frames.</summary>
internal sealed class DashboardBench
{
    public DashboardBench(string servers)
    {
        Membership = TestPool.Of(servers).Membership;
        Traffic = new Traffic(workers: 2, new TrafficOptions { RecordBytes = 0 });
        Events = new EventLog(Time);
        Source = new DashboardSource(Membership.Pool, Traffic, Events, Time, _ => TimeLeft, Sessions, () => StoreState.Connected, "Carousel test", new StateTimes(Membership.Pool, Time, Events));
    }

    public ManualTime Time { get; } = new();

    public PoolMembership Membership { get; }

    public Traffic Traffic { get; }

    public EventLog Events { get; }

    public SessionChannel Sessions { get; } = new(new SessionOptions(), SessionStore.ProcessKeys(new SessionOptions(), TimeProvider.System), 2);

    public TimeSpan? TimeLeft { get; set; }

    public DashboardSource Source { get; }

    public Server this[int place] => Membership.Pool.Current.Servers[place];

    /// <summary>Counts this many requests on two workers.</summary>
    public void Count(Server server, int requests, long micros)
    {
        for (int i = 0; i < requests; i++)
        {
            ServerCounters counters = server.Traffic.Of(i % 2);
            counters.Attempts++;
            counters.CountResponse(200);
            counters.FirstByte.Record(micros);
            Traffic.Workers[i % 2].Requests++;
        }
    }
}

using System.Text;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Tests.Harness;

namespace Carousel.Tests.Telemetry;

/// <summary>A pool of named servers, with traffic counted only by the test.</summary>
internal sealed class Sample
{
    public Sample(string servers, int workers = 1, TrafficOptions? options = null)
    {
        Pool = TestPool.Of(PoolBuilder.Build(TestPool.Servers(Entries(servers))));
        Membership = Pool.Membership;
        Traffic = new Traffic(workers, options ?? new TrafficOptions());
    }

    public Pool Pool { get; }

    public PoolMembership Membership { get; }

    public Traffic Traffic { get; }

    /// <summary>A server by name.</summary>
    public Server this[string name] => Pool.Current.Servers.Single(server => server.Entry.Name == name);

    public ServerCounters Of(string name, int worker = 0) => this[name].Traffic.Of(worker);

    /// <summary>Sets the pool to these lines; other servers are removed.</summary>
    public void Apply(string servers)
    {
        Membership.Apply(Entries(servers));
        foreach (Server server in Pool.Current.Servers.Where(server => Pool.Current[server].IsLeaving))
        {
            Membership.Forget(server);
        }
    }

    /// <summary>Records a request on a worker.</summary>
    public void Record(RequestRecord record, params string[] texts) => Record(record, 0, texts.Select(Encoding.Latin1.GetBytes));

    /// <inheritdoc cref="Record(RequestRecord, string[])"/>
    public void Record(RequestRecord record, int worker, IEnumerable<byte[]> texts)
    {
        Traffic.Records[worker].Add(record, [.. texts]);
    }

    public static IReadOnlyList<ServerEntry> Entries(string servers) => ServersParser.Parse(servers).Servers;
}

using System.Text;
using Carousel.Core.Config;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Tests.Telemetry;

/// <summary>A pool of servers with names, and traffic that nobody but the test counts.</summary>
internal sealed class Sample
{
    public Sample(string servers, int workers = 1, TrafficOptions? options = null)
    {
        Pool = new ServerPool(PoolBuilder.Build(PoolBuilder.Servers(Entries(servers))));
        Membership = new PoolMembership(Pool);
        Traffic = new Traffic(workers, options ?? new TrafficOptions());
    }

    public ServerPool Pool { get; }

    public PoolMembership Membership { get; }

    public Traffic Traffic { get; }

    /// <summary>A server by its name.</summary>
    public Server this[string name] => Pool.Current.Servers.Single(server => server.Entry.Name == name);

    public ServerCounters Of(string name, int worker = 0) => this[name].Traffic.Of(worker);

    /// <summary>Makes the pool what these lines say; who is not among them is gone.</summary>
    public void Apply(string servers)
    {
        Membership.Apply(Entries(servers));
        foreach (Server server in Pool.Current.Servers.Where(server => Pool.Current[server].IsLeaving))
        {
            Membership.Forget(server);
        }
    }

    /// <summary>A worker tells of a request.</summary>
    public void Tell(RequestRecord record, params string[] texts) => Tell(record, 0, texts.Select(Encoding.Latin1.GetBytes));

    /// <inheritdoc cref="Tell(RequestRecord, string[])"/>
    public void Tell(RequestRecord record, int worker, IEnumerable<byte[]> texts)
    {
        var lengths = new TextLengths();
        int index = 0;
        foreach (byte[] text in texts)
        {
            lengths[index++] = (ushort)text.Length;
        }
        Traffic.Records[worker].Write(ref record, lengths, [.. texts.SelectMany(text => text)]);
    }

    public static IReadOnlyList<ServerEntry> Entries(string servers) => ServersParser.Parse(servers).Servers;
}

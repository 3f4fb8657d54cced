using System.Net;
using Carousel.Control.Store.Client;
using Carousel.Core.Config;

namespace Carousel.Control.Store;

/// <summary>
/// Starts the embedded store on this local port, and keeps it running from then on. True when it accepts connections; false if it could not be
/// started, which was logged. Further calls retry, unless it runs.
/// </summary>
public delegate Task<bool> StartEmbeddedStore(int port, CancellationToken stop);

/// <summary>Finds the store to use, and starts the embedded one if configured.</summary>
/// <param name="address">The configured store.</param>
/// <param name="start">Null if there is no embedded store to start.</param>
internal sealed class StoreFinder(StoreAddress address, StartEmbeddedStore? start)
{
    private const string NoStore = "no store: sessions are lost on restart and not shared between replicas";

    /// <summary>True if <c>--store none</c> is set.</summary>
    public bool IsNoneWanted => address.Kind == StoreKind.None;

    /// <summary>Why there is none, after <see cref="FindAsync"/> returned null.</summary>
    public string Reason { get; private set; } = NoStore;

    /// <summary>The store to use now, or null.</summary>
    public async Task<StoreTarget?> FindAsync(CancellationToken stop)
    {
        switch (address.Kind)
        {
            case StoreKind.None:
                Reason = $"{NoStore} (--store none)";
                return null;
            case StoreKind.Redis:
                return new StoreTarget(address, address.ToString(), $"{address} (inspect with carousel session list --store {address})", false);
        }
        int port = address.Hosts[0].Port;
        (PortUser user, IPAddress at) = await RedisProbe.AskAsync(port, stop).ConfigureAwait(false);
        if (user == PortUser.None)
        {
            if (await StartAsync(stop).ConfigureAwait(false) is { } own)
            {
                return own;
            }
            // Another balancer may have started its store first.
            (user, at) = await RedisProbe.AskAsync(port, stop).ConfigureAwait(false);
        }
        if (user == PortUser.Redis && address.Kind == StoreKind.Auto)
        {
            return Local("the Redis", at, mayBeReplaced: true);
        }
        Reason = $"{NoStore} ({WhyNot(user, port)})";
        return null;
    }

    /// <summary>Starts our own store in place of one that stopped; null if that fails.</summary>
    public async Task<StoreTarget?> StartAsync(CancellationToken stop) =>
        start is not null && await start(address.Hosts[0].Port, stop).ConfigureAwait(false)
            ? Local("embedded store", IPAddress.Loopback, mayBeReplaced: false)
            : null;

    private StoreTarget Local(string what, IPAddress at, bool mayBeReplaced)
    {
        int port = address.Hosts[0].Port;
        var reached = address with { Kind = StoreKind.Redis, Hosts = [new ServerAddress(at.ToString(), port)] };
        string introduction = $"{what} on localhost:{port} (inspect with redis-cli -p {port} --scan --pattern 'carousel:*')";
        return new StoreTarget(reached, $"localhost:{port}", introduction, mayBeReplaced);
    }

    private string WhyNot(PortUser user, int port)
    {
        int other = port == ushort.MaxValue ? port - 1 : port + 1;
        return user switch
        {
            PortUser.Redis => $"port {port} is used by a Redis: --store redis://localhost:{port} uses it, "
                + $"--store embedded:{other} starts the embedded store beside it",
            PortUser.Other => $"port {port} is used by a program other than Redis: --store embedded:{other} uses another port, "
                + "--store redis://host:port another store",
            _ => $"the embedded store could not be started on port {port}",
        };
    }
}

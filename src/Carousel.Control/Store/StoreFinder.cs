using System.Net;
using Carousel.Core.Config;

namespace Carousel.Control.Store;

/// <summary>
/// Starts the embedded store on this port of this machine, and keeps it running from then on. True when it can be connected to; false when it could
/// not be started, of which a line was written. Called again it tries again, unless it runs.
/// </summary>
public delegate Task<bool> StartEmbeddedStore(int port, CancellationToken stop);

/// <summary>Finds the store to use, and starts the embedded one where that is to be.</summary>
/// <param name="address">What was asked for.</param>
/// <param name="start">Null if there is no embedded store to start.</param>
internal sealed class StoreFinder(StoreAddress address, StartEmbeddedStore? start)
{
    private const string NoStore = "no store: sessions don't survive a restart, and replicas don't agree";

    /// <summary>True if there is to be no store.</summary>
    public bool IsNoneWanted => address.Kind == StoreKind.None;

    /// <summary>Why there is none, after <see cref="FindAsync"/> gave null.</summary>
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
                return new StoreTarget(address, address.ToString(), $"{address} (to look into it: carousel session list --store {address})", false);
        }
        int port = address.Hosts[0].Port;
        (PortUser user, IPAddress at) = await RedisProbe.AskAsync(port, stop).ConfigureAwait(false);
        if (user == PortUser.Nobody)
        {
            if (await StartAsync(stop).ConfigureAwait(false) is { } own)
            {
                return own;
            }
            // Another balancer may have been faster by a moment.
            (user, at) = await RedisProbe.AskAsync(port, stop).ConfigureAwait(false);
        }
        if (user == PortUser.Redis && address.Kind == StoreKind.Auto)
        {
            return Local("the Redis", at, mayBeReplaced: true);
        }
        Reason = $"{NoStore} ({WhyNot(user, port)})";
        return null;
    }

    /// <summary>Starts our own store in place of one that is gone; null if that fails.</summary>
    public async Task<StoreTarget?> StartAsync(CancellationToken stop) =>
        start is not null && await start(address.Hosts[0].Port, stop).ConfigureAwait(false)
            ? Local("embedded store", IPAddress.Loopback, mayBeReplaced: false)
            : null;

    private StoreTarget Local(string what, IPAddress at, bool mayBeReplaced)
    {
        int port = address.Hosts[0].Port;
        var reached = address with { Kind = StoreKind.Redis, Hosts = [new ServerAddress(at.ToString(), port)] };
        string introduction = $"{what} on localhost:{port} (to look into it: redis-cli -p {port} keys 'carousel:*')";
        return new StoreTarget(reached, $"localhost:{port}", introduction, mayBeReplaced);
    }

    private string WhyNot(PortUser user, int port)
    {
        int other = port == ushort.MaxValue ? port - 1 : port + 1;
        return user switch
        {
            PortUser.Redis => $"a Redis has port {port} already: --store redis://localhost:{port} uses it, "
                + $"--store embedded:{other} starts one beside it",
            PortUser.Other => $"something else than Redis listens on port {port}: --store embedded:{other} takes another port, "
                + "--store redis://host:port another store",
            _ => $"the embedded one could not be started on port {port}",
        };
    }
}

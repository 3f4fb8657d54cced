using Carousel.Engine;

namespace Carousel.Platform;

/// <summary>
/// How many connections a number of file descriptors allows. Pure.
/// <para>
/// A reserve is set aside for everything except client and server connections, independent of load. The rest is shared by those two, and the engine counts them
/// (<see cref="EngineOptions.MaxSockets"/>). An idle client uses one descriptor, a client with a request in flight two. So clients may use three quarters, and the last quarter
/// is for servers only. If requests in flight need more, idle connections are evicted: kept connections to servers first, then the clients that have been idle longest. If
/// nothing is idle, new clients get 503.
/// </para>
/// <para>The reserve is the sum of the constants below plus, for each worker, <see cref="ProxyEngine.DescriptorsPerWorker"/>.</para>
/// </summary>
internal static class DescriptorBudget
{
    /// <summary>The largest --max-connections.</summary>
    public const int MaxConnections = 1_000_000;

    /// <summary>The largest default: with a huge descriptor limit (containers often have a billion), memory is the limit.</summary>
    public const int MaxDefault = 65_536;

    /// <summary>Standard streams, and the runtime's event queues, signals, timers and files.</summary>
    internal const int Runtime = 40;

    /// <summary>Listening sockets: one per address of <c>--bind</c>, rarely more than two.</summary>
    internal const int Listeners = 8;

    /// <summary>Concurrent name lookups, a socket or a file each.</summary>
    internal const int Lookups = 64;

    /// <summary>Concurrent probes.</summary>
    internal const int Probes = 96;

    /// <summary>The admin side: its listener, its connections, and one that it rejects.</summary>
    internal const int Admin = 66;

    /// <summary>The session store: connections of the client, of a sentinel client and of the check before; pipes of the embedded store.</summary>
    internal const int Store = 16;

    /// <summary>The access log twice (it is reopened before it is closed), traces (two connections), systemd, servers.txt: read, watched and saved.</summary>
    internal const int Files = 16;

    /// <summary>The smallest useful number of connections.</summary>
    private const int MinConnections = 8;

    /// <summary>
    /// The connections to allow; null with a one-line error.
    /// </summary>
    /// <param name="descriptors">How many files this process may have open.</param>
    /// <param name="workers">Worker threads.</param>
    /// <param name="wanted">The user's --max-connections, if given.</param>
    /// <param name="error">Null if there are enough.</param>
    public static int? Connections(ulong descriptors, int workers, int? wanted, out string? error)
    {
        ulong needed = Reserve(workers) + WithServers((ulong)(wanted ?? MinConnections));
        if (descriptors < needed)
        {
            error = wanted is null
                ? $"too few file descriptors: {descriptors} allowed, at least {needed} needed: raise the hard limit ({Remedy(needed)})"
                : $"--max-connections {wanted} needs {needed} file descriptors, {descriptors} allowed: lower it, or raise the hard limit "
                    + $"({Remedy(needed)})";
            return null;
        }
        error = null;
        ulong left = descriptors - Reserve(workers);
        return wanted ?? (int)Math.Min(left - (left + 3) / 4, MaxDefault);
    }

    /// <summary>The descriptors for client and server connections together, if there are enough.</summary>
    /// <param name="descriptors">How many files this process may have open.</param>
    /// <param name="workers">Worker threads.</param>
    public static int Sockets(ulong descriptors, int workers) => (int)Math.Min(descriptors - Reserve(workers), int.MaxValue);

    internal static ulong Reserve(int workers) =>
        Runtime + Listeners + Lookups + Probes + Admin + Store + Files + ProxyEngine.DescriptorsPerWorker * (ulong)workers;

    /// <summary>The clients, and a third as many server connections.</summary>
    private static ulong WithServers(ulong clients) => clients + (clients + 2) / 3;

    private static string Remedy(ulong needed) => $"ulimit -Hn {needed}, or LimitNOFILE={needed} in a systemd unit";
}

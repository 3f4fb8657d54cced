using Carousel.Engine;

namespace Carousel;

/// <summary>
/// How many connections a number of file descriptors is enough for. Pure.
/// <para>
/// Of the descriptors of the process a reserve is left alone: for all that is opened besides connections of clients and connections to servers, whatever clients do. The rest
/// is for those two together, and the engine counts them (<see cref="EngineOptions.MaxSockets"/>). A client that is idle has one descriptor, one with a request in flight two.
/// So three quarters may be clients, and the last quarter is there for servers alone; where requests in flight need more, what is idle is closed for them: kept connections
/// to servers first, then the clients that have been idle longest. When nothing is idle, whoever comes is told 503.
/// </para>
/// <para>The reserve is the sum of the constants below, and for each worker <see cref="ProxyEngine.DescriptorsPerWorker"/>.</para>
/// </summary>
internal static class DescriptorBudget
{
    /// <summary>More than this many connections nobody can ask for.</summary>
    public const int MaxConnections = 1_000_000;

    /// <summary>Where the descriptor limit is huge (containers often have a billion), memory is what must be bounded.</summary>
    public const int MaxDefault = 65_536;

    /// <summary>Standard streams, and the runtime's own: its event queues, signals, timers, the files that it looks into.</summary>
    internal const int Runtime = 40;

    /// <summary>Listening sockets: one each address of <c>--bind</c>, rarely more than two.</summary>
    internal const int Listeners = 8;

    /// <summary>Names that are looked up at once, a socket or a file each.</summary>
    internal const int Lookups = 64;

    /// <summary>Servers that are probed at once.</summary>
    internal const int Probes = 96;

    /// <summary>The admin side: its listener, its connections, and one that it turns away.</summary>
    internal const int Admin = 66;

    /// <summary>The session store: connections of the client, of a sentinel's and of the check before; the pipes of the embedded one.</summary>
    internal const int Store = 16;

    /// <summary>The access log twice (it is opened anew before it is closed), traces (two connections), systemd, servers.txt: read, watched and saved.</summary>
    internal const int Files = 16;

    /// <summary>Fewer connections than this are no balancer.</summary>
    private const int MinConnections = 8;

    /// <summary>
    /// The connections to allow, or null with one line that says what is missing.
    /// </summary>
    /// <param name="descriptors">How many files this process may have open.</param>
    /// <param name="workers">Threads that move the traffic.</param>
    /// <param name="wanted">What the user asked for, if anything.</param>
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

    /// <summary>Connections to clients and servers together that there are descriptors for, where there are enough.</summary>
    /// <param name="descriptors">How many files this process may have open.</param>
    /// <param name="workers">Threads that move the traffic.</param>
    public static int Sockets(ulong descriptors, int workers) => (int)Math.Min(descriptors - Reserve(workers), int.MaxValue);

    internal static ulong Reserve(int workers) =>
        Runtime + Listeners + Lookups + Probes + Admin + Store + Files + ProxyEngine.DescriptorsPerWorker * (ulong)workers;

    /// <summary>So many clients, and a third as many servers.</summary>
    private static ulong WithServers(ulong clients) => clients + (clients + 2) / 3;

    private static string Remedy(ulong needed) => $"ulimit -Hn {needed}, or LimitNOFILE={needed} in a systemd unit";
}

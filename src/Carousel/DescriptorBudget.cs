namespace Carousel;

/// <summary>How many connections a number of file descriptors is enough for. Pure.</summary>
internal static class DescriptorBudget
{
    /// <summary>More than this many connections nobody can ask for.</summary>
    public const int MaxConnections = 1_000_000;

    /// <summary>Where the descriptor limit is huge (containers often have a billion), memory is what must be bounded.</summary>
    public const int MaxDefault = 65_536;

    /// <summary>Fewer connections than this are no balancer.</summary>
    private const int MinConnections = 8;

    /// <summary>A request in flight has its client's connection and its server's.</summary>
    private const int PerConnection = 2;

    /// <summary>
    /// The connections to allow, or null with one line that says what is missing.
    /// </summary>
    /// <param name="descriptors">How many files this process may have open.</param>
    /// <param name="workers">Threads that move the traffic.</param>
    /// <param name="wanted">What the user asked for, if anything.</param>
    /// <param name="error">Null if there are enough.</param>
    public static int? Connections(ulong descriptors, int workers, int? wanted, out string? error)
    {
        ulong needed = Reserve(workers) + PerConnection * (ulong)(wanted ?? MinConnections);
        if (descriptors < needed)
        {
            error = wanted is null
                ? $"too few file descriptors: {descriptors} allowed, at least {needed} needed: raise the hard limit ({Remedy(needed)})"
                : $"--max-connections {wanted} needs {needed} file descriptors, {descriptors} allowed: lower it, or raise the hard limit "
                    + $"({Remedy(needed)})";
            return null;
        }
        error = null;
        return wanted ?? (int)Math.Min((descriptors - Reserve(workers)) / PerConnection, MaxDefault);
    }

    /// <summary>Standard streams, the runtime's own, name lookups, probes (96 at once), the store's client, the admin side (64 at once); and for each worker its epoll set, mailbox, listeners, spare pipes and the clients it turns away.</summary>
    private static ulong Reserve(int workers) => 200 + 56 * (ulong)workers;

    private static string Remedy(ulong needed) => $"ulimit -Hn {needed}, or LimitNOFILE={needed} in a systemd unit";
}

namespace Carousel.Cli;

/// <summary>The help text of a command for a running balancer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Usage">The arguments after <c>carousel</c>, without flags.</param>
/// <param name="Short">One line for the list of commands.</param>
/// <param name="Description">The first lines of its own help.</param>
/// <param name="Example">An example command line.</param>
/// <param name="ExitCodes">Its exit codes.</param>
internal sealed record AdminCommandHelp(string Name, string Usage, string Short, string Description, string Example, string ExitCodes)
{
    private const string Done = "0 done, 1 the balancer is unreachable or refuses, 2 invalid command line";

    /// <summary>All of them, in the order of --help.</summary>
    public static IReadOnlyList<AdminCommandHelp> All { get; } =
    [
        new("status", "status", "state of the servers; live in a terminal",
            "Shows the state of a running balancer's servers: live in a terminal (Ctrl-C ends it), else once.", "carousel status", Done),
        new("drain", "drain NAME", "no new sessions for a server; --wait until it is idle",
            "Drains a server, given by name, id or address: it gets no new sessions. With --wait the command ends when the server can be stopped without failing a request.",
            "carousel drain blue --wait --timeout 1m", "0 done, 1 the balancer is unreachable or refuses, 2 invalid command line, 3 --timeout elapsed (what remains is printed)"),
        new("undrain", "undrain NAME", "new sessions for a drained server again", "Ends the drain of a server: it gets new sessions again.", "carousel undrain blue", Done),
        new("weight", "weight NAME N", "set a server's weight", "Sets a server's weight, 0 to 1000. With 0 it serves only its existing sessions.",
            "carousel weight blue 3", Done),
        new("add", "add LINE", "add a server", "Adds a server. LINE is a line of servers.txt. If the server exists, its options are replaced.",
            "carousel add http://localhost:8004 weight=3 name=red", Done),
        new("remove", "remove NAME", "drain a server, then remove it",
            "Removes a server, as if its line were deleted: it finishes its requests, within the balancer's --drain-timeout.", "carousel remove red", Done),
        new("healthcheck", "healthcheck", "health check of a container: exit code 0 or 1", "Checks whether a balancer is alive. For the health check of a container.",
            "carousel healthcheck --ready", "0 alive (--ready: ready), 1 not, 2 invalid command line"),
        new("explain", "explain --url URL, or explain ID", "which server a request would go to, or how a past one went",
            "Shows which server a request would go to and why, or the outcome of a past request, by its X-Request-Id.", "carousel explain --url http://localhost:7777/", Done),
    ];
}

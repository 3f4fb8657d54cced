namespace Carousel.Cli;

/// <summary>What --help says of a command that speaks to a running balancer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Usage">What follows <c>carousel</c>, without flags.</param>
/// <param name="Short">For the list of commands.</param>
/// <param name="Description">For its own help.</param>
/// <param name="Example">A line to try.</param>
/// <param name="ExitCodes">What it ends with.</param>
internal sealed record AdminCommandHelp(string Name, string Usage, string Short, string Description, string Example, string ExitCodes)
{
    private const string Done = "0 done, 1 the balancer can't be asked or refuses, 2 the command line is wrong";

    /// <summary>All of them, in a newcomer's order.</summary>
    public static IReadOnlyList<AdminCommandHelp> All { get; } =
    [
        new("status", "status", "how the servers of a running balancer are, live in a terminal",
            "Shows how the servers of a running balancer are: again and again in a terminal (Ctrl-C ends it), once elsewhere.", "carousel status", Done),
        new("drain", "drain NAME", "no new visitors for a server; --wait until nobody is there",
            "A server, by its name, id or address, gets no new visitors from now on. With --wait it ends when the server can be stopped without anybody noticing.",
            "carousel drain blue --wait --timeout 1m", "0 done, 1 the balancer can't be asked or refuses, 2 the command line is wrong, 3 the time was over; what remains is printed"),
        new("undrain", "undrain NAME", "new visitors for it again", "A server that was drained gets new visitors again.", "carousel undrain blue", Done),
        new("weight", "weight NAME N", "another weight for a server", "Sets a server's weight, 0 to 1000; with 0 it gets only visitors who belong to it.",
            "carousel weight blue 3", Done),
        new("add", "add LINE", "one more server", "Adds a server: LINE is what would stand in servers.txt. One that is there gets these options.",
            "carousel add http://localhost:8004 weight=3 name=red", Done),
        new("remove", "remove NAME", "one server less, which finishes what it has",
            "Removes a server as if its line were deleted: it finishes what it has, for --drain-timeout of the balancer at most.", "carousel remove red", Done),
        new("healthcheck", "healthcheck", "whether a balancer lives, for containers: exit code 0 or 1", "Asks a balancer whether it lives. For the health check of a container.",
            "carousel healthcheck --ready", "0 it does, 1 it does not, 2 the command line is wrong"),
        new("explain", "explain --url URL, or explain ID", "whom a request would be sent to and why, or what became of one",
            "Says whom a request would be sent to, and why; or what became of a past one, by the id in its X-Request-Id.", "carousel explain --url http://localhost:7777/", Done),
    ];
}

namespace Carousel.Cli;

/// <summary>What may follow a server's URL on its line, for people: --help, the manual and docs/SERVERS.md say it with these words.</summary>
/// <param name="Usage">How it is written: <c>weight=N</c>.</param>
/// <param name="Description">What it does.</param>
/// <param name="DefaultText">What there is without it; empty if that is nothing.</param>
internal sealed record ServerLineOption(string Usage, string Description, string DefaultText = "")
{
    /// <summary>All of them, in a newcomer's order.</summary>
    public static IReadOnlyList<ServerLineOption> All { get; } =
    [
        new("weight=N", "relative capacity, 0 to 1000; 0 takes only visitors who already belong to it", "1"),
        new("max=N", "most requests in flight at once, 1 to 1000000", "no limit"),
        new("backup", "serves only when no other server can"),
        new("drain", "takes no new visitors, only those who already belong to it"),
        new("name=WORD", "what logs and tables call it: letters, digits, `-`, `_`, `.`", "host:port"),
    ];

    /// <summary>True if a text is one of them, well written or not.</summary>
    public static bool IsOne(string text) => All.Any(option => option.Usage.Split('=')[0] == text.Split('=')[0]);

    /// <summary>What a shell offers: <c>weight=</c>, <c>backup</c>.</summary>
    public string Word => Usage[..(Usage.IndexOf('=') + 1)] is { Length: > 0 } key ? key : Usage;
}

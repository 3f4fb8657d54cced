namespace Carousel.Cli;

/// <summary>An option after a server's URL. --help, the man page and docs/SERVERS.md use these texts.</summary>
/// <param name="Usage">Its syntax: <c>weight=N</c>.</param>
/// <param name="Description">What it does.</param>
/// <param name="DefaultText">The default; empty if there is none.</param>
internal sealed record ServerLineOption(string Usage, string Description, string DefaultText = "")
{
    /// <summary>All of them, in the order of --help.</summary>
    public static IReadOnlyList<ServerLineOption> All { get; } =
    [
        new("weight=N", "relative capacity, 0 to 1000; 0: serves only its existing sessions", "1"),
        new("max=N", "most requests in flight at once, 1 to 1000000", "no limit"),
        new("backup", "serves only when no other server can"),
        new("drain", "gets no new sessions, serves only its existing ones"),
        new("name=WORD", "name in logs and tables: letters, digits, `-`, `_`, `.`", "host:port"),
    ];

    /// <summary>True if a text is one of them, with a valid value or not.</summary>
    public static bool IsOne(string text) => All.Any(option => option.Usage.Split('=')[0] == text.Split('=')[0]);

    /// <summary>The completion: <c>weight=</c>, <c>backup</c>.</summary>
    public string Word => Usage[..(Usage.IndexOf('=') + 1)] is { Length: > 0 } key ? key : Usage;
}

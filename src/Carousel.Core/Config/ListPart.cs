namespace Carousel.Core.Config;

/// <summary>The unit of a list of servers, for error texts.</summary>
/// <param name="OneEach">One entry: <c>a line</c>.</param>
/// <param name="Where">Precedes the number of an entry: <c>on line</c>.</param>
/// <param name="Empty">Error text for an entry without a server; null if such an entry is allowed.</param>
internal sealed record ListPart(string OneEach, string Where, string? Empty)
{
    /// <summary>For servers.txt.</summary>
    public static ListPart Line { get; } = new("a line", "on line", Empty: null);

    /// <summary>For the command line.</summary>
    public static ListPart Argument { get; } = new("an argument", "in argument", "expected a server such as http://localhost:3001, :3001 or \"http://localhost:3001 weight=2\"");
}

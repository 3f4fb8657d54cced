namespace Carousel.Core.Config;

/// <summary>What a list of servers is made of, for the words of errors.</summary>
/// <param name="OneEach">What an entry of it is: <c>a line</c>.</param>
/// <param name="Where">What stands before the number of one: <c>on line</c>.</param>
/// <param name="Empty">What is wrong with one that names no server; null if nothing is.</param>
internal sealed record ListPart(string OneEach, string Where, string? Empty)
{
    /// <summary>Of servers.txt.</summary>
    public static ListPart Line { get; } = new("a line", "on line", Empty: null);

    /// <summary>Of the command line.</summary>
    public static ListPart Argument { get; } = new("an argument", "in argument", "expected a server such as http://localhost:3001, :3001 or \"http://localhost:3001 weight=2\"");
}

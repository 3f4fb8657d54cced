namespace Carousel.Core.Config;

/// <summary>An error in a list of servers, with its position.</summary>
/// <param name="Line">Line number from 1; 0 if the error concerns the whole file. For the command line: the number of the argument.</param>
/// <param name="Column">Column of the offending token's first UTF-16 character, from 1; 0 if the error concerns the whole file.</param>
/// <param name="Message">One line: what was expected and what was found.</param>
public readonly record struct ConfigError(int Line, int Column, string Message)
{
    /// <summary><c>servers.txt:3:8: message</c>, a format that editors and terminals can link to.</summary>
    public string Format(string file) => Line == 0 ? $"{file}: {Message}" : $"{file}:{Line}:{Column}: {Message}";

    /// <summary>The same for a list on the command line: <c>argument 3, column 8: message</c>.</summary>
    public string FormatArgument() => $"argument {Line}, column {Column}: {Message}";
}

namespace Carousel.Core.Config;

/// <summary>What is wrong in a list that people write, and where.</summary>
/// <param name="Line">From 1; 0 if it concerns the file as a whole. Of a list on the command line, the number of the argument.</param>
/// <param name="Column">From 1, of the offending token's first character (UTF-16); 0 if it concerns the file as a whole.</param>
/// <param name="Message">One line for people that says what was expected and what was found.</param>
public readonly record struct ConfigError(int Line, int Column, string Message)
{
    /// <summary>The line to print: <c>servers.txt:3:8: message</c>, which editors and terminals can jump to.</summary>
    public string Format(string file) => Line == 0 ? $"{file}: {Message}" : $"{file}:{Line}:{Column}: {Message}";

    /// <summary>The same of a list on the command line: <c>argument 3, column 8: message</c>.</summary>
    public string FormatArgument() => $"argument {Line}, column {Column}: {Message}";
}

namespace Carousel.Core.Config;

/// <summary>The result of reading servers.txt. Equal if the text or the failure is the same.</summary>
/// <param name="Text">The file's text; null if it could not be read.</param>
/// <param name="Failure">Why it could not be read.</param>
public readonly record struct ServersText(string? Text, string Failure = "")
{
    /// <summary>The parsed file. A read failure becomes a <see cref="ConfigError"/>, as a syntax error does.</summary>
    public ServersFile Parse() => Text is null ? new ServersFile([], [new ConfigError(0, 0, Failure)]) : ServersParser.Parse(Text);
}

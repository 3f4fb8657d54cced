namespace Carousel.Core.Config;

/// <summary>What was found where servers.txt should be. Equal if it is the same, to the letter.</summary>
/// <param name="Text">What the file says; null if it can't be had.</param>
/// <param name="Failure">Why it can't be had, for people.</param>
public readonly record struct ServersText(string? Text, string Failure = "")
{
    /// <summary>What it means: what can't be had gives the same kind of error as what is wrong.</summary>
    public ServersFile Parse() => Text is null ? new ServersFile([], [new ConfigError(0, 0, Failure)]) : ServersParser.Parse(Text);
}

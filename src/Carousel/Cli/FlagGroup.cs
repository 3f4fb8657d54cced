namespace Carousel.Cli;

/// <summary>Flags that --help shows under one heading.</summary>
internal sealed record FlagGroup(string Title, IReadOnlyList<Flag> Flags);

namespace Carousel.Bench;

/// <summary>A failure that the user is told in one line, without a stack trace.</summary>
internal sealed class BenchException(string message) : Exception(message);

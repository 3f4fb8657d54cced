namespace Carousel.Bench;

/// <summary>A failure that is reported in one line, without a stack trace.</summary>
internal sealed class BenchException(string message) : Exception(message);

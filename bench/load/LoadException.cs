namespace Carousel.Load;

/// <summary>A failure that the user is told in one line, without a stack trace.</summary>
internal sealed class LoadException(string message) : Exception(message);

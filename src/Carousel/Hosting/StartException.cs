namespace Carousel.Hosting;

/// <summary>A part can't start, for a reason that the user can change.</summary>
/// <param name="message">One line: what can't be used, why, and a remedy.</param>
internal sealed class StartException(string message) : Exception(message);

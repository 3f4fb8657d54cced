namespace Carousel.Engine;

/// <summary>The engine cannot start. The message is one line that names the cause and the fix.</summary>
public sealed class EngineStartException(string message) : Exception(message);

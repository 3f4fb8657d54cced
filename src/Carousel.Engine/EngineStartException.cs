namespace Carousel.Engine;

/// <summary>The engine can't start; the message is one line for people that names the place and the remedy.</summary>
public sealed class EngineStartException(string message) : Exception(message);

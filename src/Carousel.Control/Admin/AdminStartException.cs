namespace Carousel.Control.Admin;

/// <summary>The admin side could not start; the message is a line for people.</summary>
public sealed class AdminStartException(string message) : Exception(message);

namespace Carousel.Control.Admin;

/// <summary>The admin server could not start; the message is a line for the user.</summary>
public sealed class AdminStartException(string message) : Exception(message);

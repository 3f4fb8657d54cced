namespace Carousel.Store;

/// <summary>The store can't start; the message is one line for the user.</summary>
internal sealed class StartException(string message) : Exception(message);

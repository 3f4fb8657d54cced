namespace Carousel.Control.Telemetry;

/// <summary>Writes bytes to an output; returns the number of bytes written, or a negated errno. May block indefinitely.</summary>
public delegate int WriteBytes(ReadOnlySpan<byte> bytes);

namespace Carousel.Control.Telemetry;

/// <summary>Writes bytes to an output; gives how many were taken, or an error number negated. May block for ever.</summary>
public delegate int WriteBytes(ReadOnlySpan<byte> bytes);

namespace Carousel.Engine.Http;

/// <summary>Frames the data of a body for its receiver. Framing only surrounds data, so it is added where the data is.</summary>
/// <param name="kind">How the receiver finds the end.</param>
internal readonly struct BodyEncoder(BodyKind kind)
{
    /// <summary>Maximum bytes of <see cref="WriteBefore"/>.</summary>
    public const int MaxBefore = ChunkEncoder.MaxSizeLine;

    /// <summary>Data is framed, and trailers can be sent. Otherwise the data is all that is sent.</summary>
    public bool WritesChunks => kind == BodyKind.Chunked;

    /// <summary>What is written after data.</summary>
    public ReadOnlySpan<byte> After => WritesChunks ? ChunkEncoder.ChunkEnd : default;

    /// <summary>What is written at the end of a body without trailers.</summary>
    public ReadOnlySpan<byte> End => WritesChunks ? ChunkEncoder.BodyEnd : default;

    /// <summary>Writes what precedes data and returns its length.</summary>
    /// <param name="output">At least <see cref="MaxBefore"/> bytes.</param>
    /// <param name="length">Bytes of data, at least 1.</param>
    public int WriteBefore(Span<byte> output, int length) => WritesChunks ? ChunkEncoder.WriteSizeLine(output, length) : 0;
}

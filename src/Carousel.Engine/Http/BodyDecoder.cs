namespace Carousel.Engine.Http;

/// <summary>Finds the data of a body as it is received, and its end (RFC 9112 section 6.3), however its bytes are split.</summary>
internal struct BodyDecoder
{
    private BodyKind _kind;
    private ChunkDecoder _chunks;

    /// <summary>Bytes still to come where the length is known.</summary>
    public long Left { get; private set; }

    /// <summary>Only the number of bytes matters.</summary>
    public readonly bool HasLength => _kind == BodyKind.Length;

    /// <summary>The end of the connection is the end of the body.</summary>
    public readonly bool EndsWithClose => _kind == BodyKind.UntilClose;

    /// <summary>The data ended, and a trailer section follows; it starts with the first byte that is not consumed.</summary>
    public readonly bool HasTrailers => _kind == BodyKind.Chunked && _chunks.HasTrailers;

    /// <summary>Prepares for a body. Returns false if it has no bytes: then it is over.</summary>
    public bool Begin(BodyKind kind, long length)
    {
        _kind = kind;
        // Until close, nothing is too long.
        Left = kind == BodyKind.UntilClose ? long.MaxValue : length;
        if (kind == BodyKind.Chunked)
        {
            _chunks.Reset();
        }
        return kind != BodyKind.None && (kind != BodyKind.Length || length > 0);
    }

    /// <inheritdoc cref="ChunkDecoder.Read"/>
    public ParseStatus Read(ReadOnlySpan<byte> input, out int consumed, out int dataStart, out int dataLength)
    {
        if (_kind == BodyKind.Chunked)
        {
            return _chunks.Read(input, out consumed, out dataStart, out dataLength);
        }
        ParseStatus status = Skip(input.Length, out consumed);
        dataStart = 0;
        dataLength = consumed;
        return status;
    }

    /// <inheritdoc cref="ChunkDecoder.Skip"/>
    public ParseStatus Skip(ReadOnlySpan<byte> input, out int consumed) =>
        _kind == BodyKind.Chunked ? _chunks.Skip(input, out consumed) : Skip(input.Length, out consumed);

    /// <summary>As <see cref="Read"/>, where only the number of bytes matters.</summary>
    public ParseStatus Skip(int available, out int consumed)
    {
        consumed = (int)Math.Min(Left, available);
        Left -= consumed;
        return Left == 0 ? ParseStatus.Complete : ParseStatus.NeedMore;
    }
}

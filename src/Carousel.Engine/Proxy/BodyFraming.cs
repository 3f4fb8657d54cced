using System.Diagnostics;
using Carousel.Engine.Http;

namespace Carousel.Engine.Proxy;

/// <summary>
/// Makes received bytes of a body ready to be sent: as they are where both sides use the same framing, else from the source's decoder to the
/// sink's encoder. Passes trailers on, if the sink's framing has room for them.
/// </summary>
internal unsafe struct BodyFraming
{
    private BodyDecoder _decoder;
    private BodyEncoder _encoder;
    private bool _isRaw, _dropsTrailers;

    /// <summary>Bytes of an incomplete trailer section that were already read.</summary>
    private int _trailersRead;

    /// <inheritdoc cref="BodyDecoder.Left"/>
    public readonly long Left => _decoder.Left;

    /// <summary>The whole body has been received and framed.</summary>
    public bool Ended { get; private set; }

    /// <summary>Only the number of bytes matters, on both sides: they can bypass the buffer.</summary>
    public readonly bool IsPlainLength => _isRaw && _decoder.HasLength;

    /// <summary>Prepares for a body.</summary>
    /// <param name="kind">How the source frames it.</param>
    /// <param name="length">Its length, if it has one.</param>
    /// <param name="sentAs">How it is framed for the sink.</param>
    /// <param name="dropsTrailers">No trailer is passed on.</param>
    public void Begin(BodyKind kind, long length, BodyKind sentAs, bool dropsTrailers)
    {
        Debug.Assert(sentAs == kind || kind == BodyKind.UntilClose || sentAs == BodyKind.UntilClose);
        Ended = !_decoder.Begin(kind, length);
        _encoder = new BodyEncoder(sentAs);
        _isRaw = kind == sentAs;
        _dropsTrailers = dropsTrailers;
        _trailersRead = 0;
    }

    /// <summary>Prepares for a tunnel: bytes pass unchanged until the connection ends.</summary>
    public void BeginTunnel() => Begin(BodyKind.UntilClose, 0, BodyKind.UntilClose, dropsTrailers: false);

    /// <summary>Frames the received bytes, up to the body's end. False if they are malformed.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="trailers">Used for this call only.</param>
    public bool Take(ref MessageBuffer buffer, TrailerReader trailers)
    {
        ParseStatus status = _isRaw ? Pass(ref buffer) : Recode(ref buffer);
        if (status == ParseStatus.Complete && _decoder.HasTrailers)
        {
            status = TakeTrailers(ref buffer, trailers);
        }
        Ended = status == ParseStatus.Complete;
        return status != ParseStatus.Rejected;
    }

    /// <summary>Accounts for bytes that bypassed the buffer.</summary>
    public void Skip(int count) => Ended = _decoder.Skip(count, out _) == ParseStatus.Complete;

    /// <summary>The peer half-closed. True if that is a valid end of the body.</summary>
    public bool TakeEnd(ref MessageBuffer buffer)
    {
        if (!_decoder.EndsWithClose)
        {
            return false;
        }
        ReadOnlySpan<byte> end = _encoder.End;
        end.CopyTo(new Span<byte>(buffer.Base + buffer.End, end.Length));
        buffer.Framed = buffer.End += end.Length;
        Ended = true;
        return true;
    }

    /// <summary>Checks the bytes and forwards them unchanged.</summary>
    private ParseStatus Pass(ref MessageBuffer buffer)
    {
        ParseStatus status = _decoder.Skip(buffer.UnframedBytes, out int consumed);
        buffer.Framed += consumed;
        return status;
    }

    /// <summary>Removes the source's framing and adds the sink's.</summary>
    private ParseStatus Recode(ref MessageBuffer buffer)
    {
        ParseStatus status = Unwrap(ref buffer, out int length);
        if (length > 0 && _encoder.WritesChunks)
        {
            length = Wrap(ref buffer, length);
        }
        buffer.Framed += length;
        return status;
    }

    /// <summary>Moves the data together, to where the received bytes start.</summary>
    private ParseStatus Unwrap(ref MessageBuffer buffer, out int length)
    {
        Span<byte> bytes = buffer.UnframedBytes;
        ParseStatus status = ParseStatus.NeedMore;
        int read = 0;
        length = 0;
        while (read < bytes.Length && status == ParseStatus.NeedMore)
        {
            status = _decoder.Read(bytes[read..], out int consumed, out int dataStart, out int dataLength);
            if (read + dataStart != length)
            {
                bytes.Slice(read + dataStart, dataLength).CopyTo(bytes[length..]);
            }
            length += dataLength;
            read += consumed;
        }
        buffer.Shorten(read, length);
        return status;
    }

    /// <summary>Surrounds the data with the sink's framing; there are no other bytes. Returns the new length.</summary>
    private readonly int Wrap(ref MessageBuffer buffer, int length)
    {
        Debug.Assert(length == buffer.Unframed);
        Span<byte> before = stackalloc byte[BodyEncoder.MaxBefore];
        before = before[.._encoder.WriteBefore(before, length)];
        ReadOnlySpan<byte> after = _encoder.After;
        // MessageBuffer.Tailroom guarantees the space for both.
        byte* at = buffer.Base + buffer.Framed;
        Buffer.MemoryCopy(at, at + before.Length, length, length);
        before.CopyTo(new Span<byte>(at, before.Length));
        after.CopyTo(new Span<byte>(at + before.Length + length, after.Length));
        buffer.End += before.Length + after.Length;
        return buffer.Unframed;
    }

    /// <summary>
    /// Replaces the trailer section, when all of it is received, by what the sink gets of it, which is never longer. Until then it stays unframed.
    /// </summary>
    private ParseStatus TakeTrailers(ref MessageBuffer buffer, TrailerReader trailers)
    {
        Span<byte> section = buffer.UnframedBytes;
        // A section that arrives in small pieces is read once a line, not once a byte.
        bool hasNewLine = section[_trailersRead..].Contains((byte)'\n');
        _trailersRead = section.Length;
        if (!hasNewLine)
        {
            return section.Length < TrailerReader.MaxBytes ? ParseStatus.NeedMore : ParseStatus.Rejected;
        }
        ParseStatus status = trailers.Read(section, _dropsTrailers);
        if (status == ParseStatus.Complete)
        {
            int length = 0;
            if (_encoder.WritesChunks)
            {
                section = section[..trailers.Head.Length];
                length = Http1Encoder.EncodeTrailers(trailers.Head, section);
                section[^length..].CopyTo(section);
            }
            buffer.Shorten(trailers.Head.Length, length);
            buffer.Framed += length;
        }
        return status;
    }
}

using System.Diagnostics;
using Carousel.Engine.Http;

namespace Carousel.Engine.Proxy;

/// <summary>
/// Finds the end of a body and makes received bytes ready to be sent: unchanged, or recoded where the two sides can't use the same framing.
/// </summary>
internal unsafe struct BodyFraming
{
    private BodyKind _kind;
    private BodyRecoding _recoding;
    private ChunkDecoder _chunks;

    /// <summary>Bytes of the body still to come, where its length is known.</summary>
    public long Left { get; private set; }

    /// <summary>The whole body has been received and framed.</summary>
    public bool Ended { get; private set; }

    /// <summary>Only the number of bytes matters: they can bypass the buffer.</summary>
    public readonly bool IsPlainLength => _kind == BodyKind.Length;

    public void Begin(BodyKind kind, long length, BodyRecoding recoding)
    {
        Debug.Assert(recoding == BodyRecoding.None
            || (recoding == BodyRecoding.Dechunk && kind == BodyKind.Chunked)
            || (recoding == BodyRecoding.Chunk && kind == BodyKind.UntilClose));
        _kind = kind;
        _recoding = recoding;
        Left = length;
        Ended = kind == BodyKind.None || (kind == BodyKind.Length && length == 0);
        if (kind == BodyKind.Chunked)
        {
            _chunks.Reset();
        }
    }

    /// <summary>Frames the received bytes, up to the body's end. False if they are malformed.</summary>
    public bool Take(ref MessageBuffer buffer)
    {
        switch (_kind)
        {
            case BodyKind.Length:
                int taken = (int)Math.Min(Left, buffer.Unframed);
                buffer.Framed += taken;
                Left -= taken;
                Ended = Left == 0;
                return true;
            case BodyKind.Chunked:
                return _recoding == BodyRecoding.Dechunk ? TakeChunkData(ref buffer) : PassChunks(ref buffer);
            case BodyKind.UntilClose:
                if (_recoding == BodyRecoding.Chunk)
                {
                    WrapAsChunk(ref buffer);
                }
                buffer.Framed = buffer.End;
                return true;
            default:
                return true;
        }
    }

    /// <summary>Accounts for bytes that bypassed the buffer.</summary>
    public void Skip(int count)
    {
        Left -= count;
        Ended = Left == 0;
    }

    /// <summary>The peer half-closed. True if that is a valid end of the body.</summary>
    public bool TakeEnd(ref MessageBuffer buffer)
    {
        if (_kind != BodyKind.UntilClose)
        {
            return false;
        }
        if (_recoding == BodyRecoding.Chunk)
        {
            ReadOnlySpan<byte> last = ChunkEncoder.BodyEnd;
            last.CopyTo(new Span<byte>(buffer.Base + buffer.End, last.Length));
            buffer.Framed = buffer.End += last.Length;
        }
        Ended = true;
        return true;
    }

    /// <summary>Checks the chunks and forwards them unchanged.</summary>
    private bool PassChunks(ref MessageBuffer buffer)
    {
        ParseStatus status = _chunks.Skip(buffer.UnframedBytes, out int consumed);
        buffer.Framed += consumed;
        Ended = status == ParseStatus.Complete;
        return status != ParseStatus.Rejected;
    }

    /// <summary>Removes the chunk framing: the data is moved together.</summary>
    private bool TakeChunkData(ref MessageBuffer buffer)
    {
        int read = buffer.Framed, write = buffer.Framed;
        ParseStatus status = ParseStatus.NeedMore;
        while (read < buffer.End && status == ParseStatus.NeedMore)
        {
            var rest = new ReadOnlySpan<byte>(buffer.Base + read, buffer.End - read);
            status = _chunks.Read(rest, out int consumed, out int dataStart, out int dataLength);
            Buffer.MemoryCopy(buffer.Base + read + dataStart, buffer.Base + write, dataLength, dataLength);
            write += dataLength;
            read += consumed;
        }
        // Bytes after the message move up to the end of the data.
        int after = buffer.End - read;
        Buffer.MemoryCopy(buffer.Base + read, buffer.Base + write, after, after);
        buffer.End = write + after;
        buffer.Framed = write;
        Ended = status == ParseStatus.Complete;
        return status != ParseStatus.Rejected;
    }

    private static void WrapAsChunk(ref MessageBuffer buffer)
    {
        int length = buffer.Unframed;
        if (length == 0)
        {
            return;
        }
        Span<byte> sizeLine = stackalloc byte[ChunkEncoder.MaxSizeLine];
        sizeLine = sizeLine[..ChunkEncoder.WriteSizeLine(sizeLine, length)];
        // MessageBuffer.Tailroom guarantees the space for both lines.
        byte* at = buffer.Base + buffer.Framed;
        Buffer.MemoryCopy(at, at + sizeLine.Length, length, length);
        sizeLine.CopyTo(new Span<byte>(at, sizeLine.Length));
        ReadOnlySpan<byte> end = ChunkEncoder.ChunkEnd;
        end.CopyTo(new Span<byte>(at + sizeLine.Length + length, end.Length));
        buffer.End += sizeLine.Length + end.Length;
    }
}

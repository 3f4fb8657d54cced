using System.Diagnostics;
using Carousel.Engine.Http;

namespace Carousel.Engine.Proxy;

/// <summary>
/// Knows where a body ends, and makes received bytes ready to be sent: as they are, or recoded where the two sides can't speak the same framing.
/// </summary>
internal unsafe struct BodyFraming
{
    private BodyKind _kind;
    private BodyRecoding _recoding;
    private ChunkDecoder _chunks;

    /// <summary>Bytes of the body still to come, where a length tells.</summary>
    public long Left { get; private set; }

    /// <summary>All of the body has been received and judged.</summary>
    public bool Ended { get; private set; }

    /// <summary>Nothing but the number of bytes matters: they need not pass through our memory.</summary>
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

    /// <summary>Judges what is unframed, up to the body's end. False if it is malformed.</summary>
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

    /// <summary>The bytes went by without passing through a buffer.</summary>
    public void Skip(int count)
    {
        Left -= count;
        Ended = Left == 0;
    }

    /// <summary>The peer's end came. True if that ends the body as it should.</summary>
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

    /// <summary>The framing goes through as it is, once it is known to be well formed.</summary>
    private bool PassChunks(ref MessageBuffer buffer)
    {
        ParseStatus status = _chunks.Skip(buffer.UnframedBytes, out int consumed);
        buffer.Framed += consumed;
        Ended = status == ParseStatus.Complete;
        return status != ParseStatus.Rejected;
    }

    /// <summary>The data moves together, over the framing between it.</summary>
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
        // What follows the message moves up to where the data ends.
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
        // Room for both lines is what MessageBuffer.Tailroom is kept free for.
        byte* at = buffer.Base + buffer.Framed;
        Buffer.MemoryCopy(at, at + sizeLine.Length, length, length);
        sizeLine.CopyTo(new Span<byte>(at, sizeLine.Length));
        ReadOnlySpan<byte> end = ChunkEncoder.ChunkEnd;
        end.CopyTo(new Span<byte>(at + sizeLine.Length + length, end.Length));
        buffer.End += sizeLine.Length + end.Length;
    }
}

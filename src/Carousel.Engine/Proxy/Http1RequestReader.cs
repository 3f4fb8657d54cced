using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Reactor;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>Receives the heads of requests, one after the other. Pure, but for the stream.</summary>
internal static unsafe class Http1RequestReader
{
    /// <summary>
    /// Parses what is there, or receives more and parses that. A head that arrives in small pieces is parsed once a line, not once a byte.
    /// </summary>
    /// <param name="stream">The client's bytes.</param>
    /// <param name="buffer">Begins with the head, as far as it was received. <see cref="HeadResult.Complete"/> leaves in it what follows the head.</param>
    /// <param name="slab">Where the buffer comes from.</param>
    /// <param name="isPartial">What is in the buffer was parsed before.</param>
    /// <param name="limits">The limits of heads.</param>
    /// <param name="head">Overwritten; defined for <see cref="HeadResult.Complete"/>.</param>
    /// <param name="reason">Why it is rejected.</param>
    public static HeadResult Read(
        ByteStream stream, ref MessageBuffer buffer, BufferSlab slab, bool isPartial, in HeadLimits limits, RequestHead head, out FailureReason reason)
    {
        reason = FailureReason.None;
        if (isPartial || buffer.Unframed == 0)
        {
            int had = buffer.End;
            HeadResult received = Receive(stream, ref buffer, slab);
            if (received != HeadResult.Partial || (isPartial && buffer.Free > 0 && !HasLineEnd(buffer, had)))
            {
                return received;
            }
        }
        switch (RequestParser.Parse(buffer.UnframedBytes, limits, head, out reason))
        {
            case ParseStatus.Complete:
                buffer.DropHead(head.Length);
                return HeadResult.Complete;
            case ParseStatus.Rejected:
                return HeadResult.Rejected;
            default:
                if (!isPartial)
                {
                    buffer.Compact();
                }
                return HeadResult.Partial;
        }
    }

    private static HeadResult Receive(ByteStream stream, ref MessageBuffer buffer, BufferSlab slab)
    {
        if (!stream.Readable)
        {
            return HeadResult.Blocked;
        }
        buffer.Acquire(slab);
        if (buffer.Unframed == 0)
        {
            buffer.Compact();
        }
        int received = stream.Receive(buffer.Base + buffer.End, buffer.Free);
        if (received > 0)
        {
            buffer.End += received;
            return HeadResult.Partial;
        }
        return received == ByteStream.Blocked ? HeadResult.Blocked
            : buffer.Unframed == 0 ? HeadResult.Closed
            : HeadResult.Truncated;
    }

    private static bool HasLineEnd(in MessageBuffer buffer, int from) =>
        new ReadOnlySpan<byte>(buffer.Base + from, buffer.End - from).Contains((byte)'\n');
}

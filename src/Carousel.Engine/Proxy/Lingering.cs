using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>
/// A client that still sends after its last response should read that first, its 413 for example, before it gets a reset. So what it sends is discarded for
/// a while.
/// </summary>
internal struct Lingering
{
    /// <summary>How long it may pause (as nginx's lingering_timeout).</summary>
    public const int PauseMs = 5_000;

    /// <summary>How long it may take in total (as nginx's lingering_time).</summary>
    public const int LongestMs = 30_000;

    /// <summary>Receives a tick.</summary>
    private const int MaxReads = 16;

    private long _until;

    public void Begin(long nowMs) => _until = nowMs + LongestMs;

    /// <summary>When it ends, unless the client sends more.</summary>
    public readonly long EndsAt(long nowMs) => Math.Min(nowMs + PauseMs, _until);

    /// <summary>Discards what the client has sent, a bounded amount. False if it has closed.</summary>
    public static unsafe bool Discard(ByteStream client, Span<byte> scratch)
    {
        fixed (byte* to = scratch)
        {
            for (int i = 0; i < MaxReads && client.Readable; i++)
            {
                if (client.Receive(to, scratch.Length) is ByteStream.Ended or ByteStream.Cut)
                {
                    return false;
                }
            }
        }
        return true;
    }
}

using System.Buffers.Binary;
using Carousel.Core.Policies;

namespace Carousel.Engine.Proxy;

/// <summary>
/// Ids for a worker's requests: 64 bits, as 16 hexadecimal digits in X-Request-Id. A sequence from a random start is mixed over all bits, so that ids do not
/// reveal the number of requests and do not collide with those of other workers and replicas.
/// </summary>
internal sealed class RequestIds(ulong start)
{
    public const int TextLength = 16;

    private ulong _next = start;

    public ulong Next() => SplitMix.Mix(_next++);

    public static void Format(ulong id, Span<byte> text)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, id);
        Convert.TryToHexStringLower(bytes, text, out _);
    }
}

using System.Buffers.Binary;
using Carousel.Core.Policies;

namespace Carousel.Engine.Proxy;

/// <summary>
/// Ids for a worker's requests: 64 bits, as 16 hexadecimal digits in X-Request-Id. They follow one another from a random start, and are then spread over all
/// bits, so that they name requests, tell nothing of how many there are, and don't meet those of other workers and replicas.
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

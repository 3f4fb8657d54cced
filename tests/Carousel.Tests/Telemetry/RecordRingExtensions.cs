using Carousel.Core.Telemetry;

namespace Carousel.Tests.Telemetry;

internal static class RecordRingExtensions
{
    /// <summary>Adds a record with these texts, in the order of <see cref="RecordText"/>.</summary>
    public static void Add(this RecordRing ring, RequestRecord record, params byte[][] texts)
    {
        TextLengths lengths = default;
        for (int i = 0; i < texts.Length; i++)
        {
            lengths[i] = (ushort)texts[i].Length;
        }
        Span<byte> to = ring.Begin(ref record, lengths);
        if (!to.IsEmpty)
        {
            texts.SelectMany(text => text).ToArray().CopyTo(to);
        }
        ring.End();
    }
}

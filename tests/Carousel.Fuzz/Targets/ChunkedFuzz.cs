using Carousel.Engine.Http;
using static Carousel.Fuzz.Targets.ViolationException;

namespace Carousel.Fuzz.Targets;

/// <summary>What a chunked body decoded to.</summary>
/// <param name="Status">The last verdict.</param>
/// <param name="Consumed">Bytes taken; 0 if refused.</param>
/// <param name="Data">The body; what came before a refusal is left out.</param>
internal sealed record DecodedChunks(ParseStatus Status, int Consumed, byte[] Data)
{
    /// <summary>Feeds the decoder pieces of at most <paramref name="piece"/> bytes.</summary>
    public static DecodedChunks Of(ReadOnlySpan<byte> input, int piece)
    {
        var decoder = default(ChunkDecoder);
        var data = new List<byte>();
        int position = 0;
        while (true)
        {
            ReadOnlySpan<byte> part = input.Slice(position, Math.Min(piece, input.Length - position));
            ParseStatus status = decoder.Read(part, out int consumed, out int dataStart, out int dataLength);
            ThrowUnless(consumed >= 0 && consumed <= part.Length, "took bytes that were not there");
            if (status == ParseStatus.Rejected)
            {
                return new DecodedChunks(status, 0, []);
            }
            ThrowUnless(dataLength == 0 || dataStart + dataLength <= consumed, "data that was not taken");
            ThrowUnless(status == ParseStatus.Complete || consumed == part.Length || dataLength > 0, "stopped for no reason");
            ThrowUnless(decoder.IsDone == (status == ParseStatus.Complete), "done and complete are not the same");
            data.AddRange(part.Slice(dataStart, dataLength));
            position += consumed;
            if (status == ParseStatus.Complete || position == input.Length)
            {
                return new DecodedChunks(status, position, [.. data]);
            }
        }
    }

    public bool IsSameAs(DecodedChunks other) =>
        Status == other.Status && Consumed == other.Consumed && Data.AsSpan().SequenceEqual(other.Data);
}

/// <summary>The chunk decoder finds the same data and the same end however the bytes arrive.</summary>
internal static class ChunkedFuzz
{
    public static void Check(ReadOnlySpan<byte> input)
    {
        DecodedChunks whole = DecodedChunks.Of(input, Math.Max(1, input.Length));
        ThrowUnless(whole.Data.Length <= whole.Consumed, "more data than bytes");
        foreach (int piece in (ReadOnlySpan<int>)[1, 2, 3, 7, 64])
        {
            ThrowUnless(whole.IsSameAs(DecodedChunks.Of(input, piece)), $"in pieces of {piece} it decodes to something else");
        }
        var decoder = default(ChunkDecoder);
        ParseStatus skipped = decoder.Skip(input, out int consumed);
        ThrowUnless(skipped == whole.Status && (skipped == ParseStatus.Rejected || consumed == whole.Consumed), "skipping finds another end");
    }
}

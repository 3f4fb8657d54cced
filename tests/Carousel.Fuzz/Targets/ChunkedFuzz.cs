using Carousel.Engine.Http;
using static Carousel.Fuzz.Targets.ViolationException;

namespace Carousel.Fuzz.Targets;

/// <summary>The result of decoding a chunked body.</summary>
/// <param name="Status">The last status.</param>
/// <param name="Consumed">Bytes consumed; 0 if rejected.</param>
/// <param name="Data">The body; empty if rejected.</param>
internal sealed record DecodedChunks(ParseStatus Status, int Consumed, byte[] Data)
{
    /// <summary>Decodes the input in pieces of at most <paramref name="piece"/> bytes.</summary>
    public static DecodedChunks Of(ReadOnlySpan<byte> input, int piece)
    {
        var decoder = default(ChunkDecoder);
        var data = new List<byte>();
        int position = 0;
        while (true)
        {
            ReadOnlySpan<byte> part = input.Slice(position, Math.Min(piece, input.Length - position));
            ParseStatus status = decoder.Read(part, out int consumed, out int dataStart, out int dataLength);
            ThrowUnless(consumed >= 0 && consumed <= part.Length, "consumed more than the input");
            if (status == ParseStatus.Rejected)
            {
                return new DecodedChunks(status, 0, []);
            }
            ThrowUnless(dataLength == 0 || dataStart + dataLength <= consumed, "data beyond the consumed bytes");
            ThrowUnless(status == ParseStatus.Complete || consumed == part.Length || dataLength > 0, "stopped before the end of the piece");
            ThrowUnless(decoder.IsDone == (status == ParseStatus.Complete), "IsDone disagrees with the status");
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

/// <summary>The chunk decoder finds the same data and the same end for every way to split the input.</summary>
internal static class ChunkedFuzz
{
    public static void Check(ReadOnlySpan<byte> input)
    {
        DecodedChunks whole = DecodedChunks.Of(input, Math.Max(1, input.Length));
        ThrowUnless(whole.Data.Length <= whole.Consumed, "more data than consumed bytes");
        foreach (int piece in (ReadOnlySpan<int>)[1, 2, 3, 7, 64])
        {
            ThrowUnless(whole.IsSameAs(DecodedChunks.Of(input, piece)), $"in pieces of {piece} bytes the result differs");
        }
        var decoder = default(ChunkDecoder);
        ParseStatus skipped = decoder.Skip(input, out int consumed);
        ThrowUnless(skipped == whole.Status && (skipped == ParseStatus.Rejected || consumed == whole.Consumed), "Skip finds a different end");
    }
}

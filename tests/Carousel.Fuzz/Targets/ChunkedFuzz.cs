using System.Text;
using Carousel.Engine.Http;
using static Carousel.Fuzz.Targets.ViolationException;

namespace Carousel.Fuzz.Targets;

/// <summary>The result of decoding a chunked body with its trailers.</summary>
/// <param name="Status">The last status.</param>
/// <param name="Consumed">Bytes consumed; 0 if rejected.</param>
/// <param name="Data">The body; empty if rejected.</param>
/// <param name="Trailers">The encoded trailers that are passed on, with the empty line; empty without a trailer section.</param>
internal sealed record DecodedChunks(ParseStatus Status, int Consumed, byte[] Data, string Trailers = "")
{
    /// <summary>Decodes the input in pieces of at most <paramref name="piece"/> bytes.</summary>
    public static DecodedChunks Of(ReadOnlySpan<byte> input, int piece) => Of(input, piece, piece);

    /// <summary>As <see cref="Of(ReadOnlySpan{byte}, int)"/>, with a first piece of another size.</summary>
    public static DecodedChunks Of(ReadOnlySpan<byte> input, int first, int piece)
    {
        var decoder = default(ChunkDecoder);
        var trailers = new TrailerReader(Heads.Limits.MaxFields);
        var data = new List<byte>();
        int position = 0;
        for (long end = first; ; end += piece)
        {
            ReadOnlySpan<byte> received = input[..(int)Math.Min(end, input.Length)];
            ParseStatus status = DecodeData(ref decoder, received, ref position, data);
            string passed = "";
            if (status == ParseStatus.Complete && decoder.HasTrailers)
            {
                status = trailers.Read(received[position..], dropsAll: false);
                if (status == ParseStatus.Complete)
                {
                    passed = Encode(trailers.Head);
                    position += trailers.Head.Length;
                }
            }
            if (status == ParseStatus.Rejected)
            {
                return new DecodedChunks(status, 0, []);
            }
            if (status == ParseStatus.Complete || received.Length == input.Length)
            {
                return new DecodedChunks(status, position, [.. data], passed);
            }
        }
    }

    public bool IsSameAs(DecodedChunks other) =>
        Status == other.Status && Consumed == other.Consumed && Data.AsSpan().SequenceEqual(other.Data) && Trailers == other.Trailers;

    /// <summary>Decodes what follows <paramref name="position"/>, up to the end of the last chunk.</summary>
    private static ParseStatus DecodeData(ref ChunkDecoder decoder, ReadOnlySpan<byte> received, ref int position, List<byte> data)
    {
        while (true)
        {
            ReadOnlySpan<byte> rest = received[position..];
            ParseStatus status = decoder.Read(rest, out int consumed, out int dataStart, out int dataLength);
            if (status == ParseStatus.Rejected)
            {
                return status;
            }
            ThrowUnless(consumed >= 0 && consumed <= rest.Length, "consumed more than the input");
            ThrowUnless(dataLength == 0 || dataStart + dataLength <= consumed, "data beyond the consumed bytes");
            ThrowUnless(status == ParseStatus.Complete || consumed == rest.Length || dataLength > 0, "stopped before the end of the piece");
            ThrowUnless(!decoder.HasTrailers || (status == ParseStatus.Complete && consumed < rest.Length), "trailers disagree with the status");
            data.AddRange(rest.Slice(dataStart, dataLength));
            position += consumed;
            if (status == ParseStatus.Complete || position == received.Length)
            {
                return status;
            }
        }
    }

    private static string Encode(MessageHead trailers)
    {
        var room = new byte[trailers.Length];
        byte[] output = room[^Http1Encoder.EncodeTrailers(trailers, room)..];
        ThrowUnless(output.Length <= trailers.Length, "the trailers have grown");
        return Encoding.Latin1.GetString(output);
    }
}

/// <summary>
/// A chunked body has the same data, trailers and end for every way to split it. Trailers that were passed on are passed on again unchanged, by the next
/// balancer.
/// </summary>
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
        CheckEnd(input, whole);
        if (whole.Trailers.Length > 2)
        {
            DecodedChunks again = DecodedChunks.Of(Encoding.Latin1.GetBytes("0\r\n" + whole.Trailers), int.MaxValue);
            ThrowUnless(again.Status == ParseStatus.Complete && again.Trailers == whole.Trailers, "the trailers passed on are not stable");
        }
    }

    private static void CheckEnd(ReadOnlySpan<byte> input, DecodedChunks whole)
    {
        var decoder = default(ChunkDecoder);
        ParseStatus skipped = decoder.Skip(input, out int consumed);
        if (decoder.HasTrailers)
        {
            ThrowUnless(skipped == ParseStatus.Complete && (whole.Status == ParseStatus.Rejected || consumed <= whole.Consumed), "Skip finds another trailer section");
        }
        else
        {
            ThrowUnless(skipped == whole.Status && (skipped == ParseStatus.Rejected || consumed == whole.Consumed), "Skip finds a different end");
        }
    }
}

using Carousel.Engine.Http;
using Carousel.Fuzz.Targets;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Http;

public class ChunkDecoderTests
{
    public static TheoryData<string> Names => [.. Corpus.Chunked.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_EverySplitOfAValidBody_FindsTheSameDataAndEnd(string name)
    {
        byte[] body = Corpus.Chunked[name];
        DecodedChunks whole = DecodedChunks.Of(body, body.Length);
        Assert.Equal((ParseStatus.Complete, body.Length), (whole.Status, whole.Consumed));
        for (int cut = 0; cut < body.Length; cut++)
        {
            Assert.Equal(ParseStatus.NeedMore, DecodedChunks.Of(body.AsSpan(0, cut), int.MaxValue).Status);
            Assert.True(whole.IsSameAs(DecodedChunks.Of(body, cut, body.Length)), $"cut at {cut}");
        }
    }

    [Theory]
    [InlineData("several", "hello, world")]
    [InlineData("extensions", "helloworld")]
    [InlineData("trailers", "x")]
    [InlineData("data-looks-like-chunks", "0\r\n\r\n5\r\nhello\r\n")]
    [InlineData("empty", "")]
    public void Read_ValidBody_YieldsItsData(string name, string expected) =>
        Assert.Equal(expected, Corpus.Text(DecodedChunks.Of(Corpus.Chunked[name], int.MaxValue).Data));

    [Fact]
    public void Read_NextMessageAfterTheEnd_IsNotConsumed()
    {
        var decoder = default(ChunkDecoder);
        byte[] input = [.. "0\r\n\r\nGET / HTTP/1.1\r\n"u8];
        Assert.Equal(ParseStatus.Complete, decoder.Read(input, out int consumed, out _, out int dataLength));
        Assert.Equal((5, 0), (consumed, dataLength));
        Assert.Equal(ParseStatus.Complete, decoder.Read(input.AsSpan(5), out consumed, out _, out _));
        Assert.Equal(0, consumed);
        decoder.Reset();
        Assert.Equal(ParseStatus.NeedMore, decoder.Read("5\r\n"u8, out _, out _, out _));
    }

    [Fact]
    public void Read_Trailers_AreNotConsumed()
    {
        var decoder = default(ChunkDecoder);
        Assert.Equal(ParseStatus.NeedMore, decoder.Read("0\r\n"u8, out int consumed, out _, out _));
        Assert.Equal((3, false), (consumed, decoder.HasTrailers));
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(ParseStatus.Complete, decoder.Read("A: b\r\n\r\n"u8, out consumed, out _, out _));
            Assert.Equal((0, true), (consumed, decoder.HasTrailers));
        }
    }

    [Theory]
    // Sizes.
    [InlineData("\r\n")]
    [InlineData("x\r\n")]
    [InlineData(" 5\r\n")]
    [InlineData("-5\r\n")]
    [InlineData("+5\r\n")]
    [InlineData("0x5\r\n")]
    [InlineData("5_0\r\n")]
    [InlineData("g\r\n")]
    [InlineData("G\r\n")]
    [InlineData("5\u00e4\r\n")]
    [InlineData(";a\r\n")]
    [InlineData("8000000000000000\r\n")]
    [InlineData("ffffffffffffffff\r\n")]
    [InlineData("00000000000000005\r\n")]
    // Line endings.
    [InlineData("5\nhello\r\n")]
    [InlineData("5\rhello\r\n")]
    [InlineData("5\r\r\n")]
    [InlineData("5\r\nhello\n")]
    [InlineData("5\r\nhello0\r\n\r\n")]
    [InlineData("5\r\nhello\r0\r\n\r\n")]
    [InlineData("5\r\nhello!\r\n")]
    [InlineData("5\r\nhell\r\n0\r\n\r\n")]
    [InlineData("0\n\r\n")]
    [InlineData("0\r\n\n")]
    [InlineData("0\r\n\rx")]
    // Extensions.
    [InlineData("5 \r\nhello")]
    [InlineData("5 x\r\nhello")]
    [InlineData("5;a\nhello")]
    [InlineData("5;a\rhello")]
    [InlineData("5;a\0\r\nhello")]
    [InlineData("5;\u0001\r\nhello")]
    [InlineData("5;a=\u007f\r\nhello")]
    public void Read_MalformedBody_IsRejected(string body)
    {
        byte[] bytes = Corpus.Bytes(body);
        foreach (int piece in (int[])[1, 2, bytes.Length])
        {
            Assert.Equal(ParseStatus.Rejected, DecodedChunks.Of(bytes, piece).Status);
        }
    }

    [Fact]
    public void Read_LargestSize_IsAccepted()
    {
        var decoder = default(ChunkDecoder);
        Assert.Equal(ParseStatus.NeedMore, decoder.Read("7fffffffffffffff\r\nab"u8, out int consumed, out int dataStart, out int dataLength));
        Assert.Equal((20, 18, 2), (consumed, dataStart, dataLength));
    }

    [Fact]
    public void Read_MoreExtensionsThanData_IsRejected()
    {
        string extension = new('e', 1000);
        string withLittleData = string.Concat(Enumerable.Repeat($"1;{extension}\r\nx\r\n", 20));
        string withAsMuchData = string.Concat(Enumerable.Repeat($"3e8;{extension}\r\n{new string('x', 1000)}\r\n", 100));
        Assert.Equal(ParseStatus.Rejected, DecodedChunks.Of(Corpus.Bytes(withLittleData), int.MaxValue).Status);
        Assert.Equal(ParseStatus.NeedMore, DecodedChunks.Of(Corpus.Bytes(withAsMuchData), int.MaxValue).Status);
    }

    [Fact]
    public void Read_EncodedBody_YieldsTheSameData()
    {
        var bodies = from chunks in Gen.Byte.Array[1, 300].Array[0, 20]
                     from piece in Gen.Int[1, 100]
                     select (chunks, piece);
        bodies.Sample((chunks, piece) =>
        {
            byte[] encoded = Encode(chunks);
            DecodedChunks decoded = DecodedChunks.Of(encoded, piece);
            return decoded.Status == ParseStatus.Complete && decoded.Consumed == encoded.Length
                && decoded.Data.AsSpan().SequenceEqual(chunks.SelectMany(chunk => chunk).ToArray());
        });
    }

    [Theory]
    [InlineData(1, "1\r\n")]
    [InlineData(15, "f\r\n")]
    [InlineData(16, "10\r\n")]
    [InlineData(0xabcde, "abcde\r\n")]
    [InlineData(int.MaxValue, "7fffffff\r\n")]
    public void WriteSizeLine_Size_IsShortestHex(int size, string expected)
    {
        var line = new byte[ChunkEncoder.MaxSizeLine];
        Assert.Equal(expected, Corpus.Text(line.AsSpan(0, ChunkEncoder.WriteSizeLine(line, size))));
    }

    [Fact]
    public void WriteSizeLine_Zero_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ChunkEncoder.WriteSizeLine(new byte[ChunkEncoder.MaxSizeLine], 0));

    private static byte[] Encode(byte[][] chunks)
    {
        var encoded = new List<byte>();
        var line = new byte[ChunkEncoder.MaxSizeLine];
        foreach (byte[] chunk in chunks)
        {
            encoded.AddRange(line.AsSpan(0, ChunkEncoder.WriteSizeLine(line, chunk.Length)));
            encoded.AddRange(chunk);
            encoded.AddRange(ChunkEncoder.ChunkEnd);
        }
        encoded.AddRange(ChunkEncoder.BodyEnd);
        return [.. encoded];
    }
}

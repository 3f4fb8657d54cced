using System.Text;
using Carousel.Engine.Http;
using Carousel.Engine.Proxy;
using Carousel.Engine.Reactor;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Recoded bodies, with every way to split them.</summary>
public sealed class BodyFramingTests
{
    private const string Next = "NEXT MESSAGE";

    private static readonly Gen<string[]> Pieces = Gen.String[Gen.Char[' ', '~'], 1, 60].Array[0, 8];
    private static readonly Gen<int[]> Cuts = Gen.Int[1, 25].Array[1, 12];

    [Fact]
    public void Chunked_AnySplit_IsForwardedUnchanged() => Gen.Select(Pieces, Cuts).Sample((pieces, cuts) =>
    {
        string wire = Encode(pieces);
        (string sent, string rest, bool ended) = Run(BodyKind.Chunked, 0, BodyRecoding.None, wire + Next, cuts, finish: false);
        return sent == wire && rest == Next[..rest.Length] && ended;
    });

    [Fact]
    public void Chunked_Dechunked_ReturnsTheData() => Gen.Select(Pieces, Cuts).Sample((pieces, cuts) =>
    {
        (string sent, string rest, bool ended) = Run(BodyKind.Chunked, 0, BodyRecoding.Dechunk, Encode(pieces) + Next, cuts, finish: false);
        return sent == string.Concat(pieces) && rest == Next[..rest.Length] && ended;
    });

    [Fact]
    public void UntilClose_Chunked_DecodesToTheData() => Gen.Select(Pieces, Cuts).Sample((pieces, cuts) =>
    {
        string data = string.Concat(pieces);
        (string sent, _, bool ended) = Run(BodyKind.UntilClose, 0, BodyRecoding.Chunk, data, cuts, finish: true);
        return Decode(sent) == data && ended;
    });

    [Fact]
    public void Length_AnySplit_EndsAtTheLength() => Gen.Select(Pieces, Cuts).Sample((pieces, cuts) =>
    {
        string data = string.Concat(pieces);
        (string sent, string rest, bool ended) = Run(BodyKind.Length, data.Length, BodyRecoding.None, data + Next, cuts, finish: false);
        return sent == data && rest == Next[..rest.Length] && ended;
    });

    [Fact]
    public void UntilClose_FullBuffer_HasRoomForItsFraming()
    {
        using var slab = new BufferSlab(4096);
        MessageBuffer buffer = default;
        buffer.Acquire(slab);
        BodyFraming framing = default;
        framing.Begin(BodyKind.UntilClose, 0, BodyRecoding.Chunk);
        int length = buffer.Free;
        Append(ref buffer, new string('x', length));
        Assert.Equal(0, buffer.Free);
        Assert.True(framing.Take(ref buffer));
        Assert.True(framing.TakeEnd(ref buffer));
        Assert.InRange(buffer.End, length, slab.Size);
        Assert.Equal(length, Decode(TakeAll(ref buffer)).Length);
        buffer.Release(slab);
    }

    [Fact]
    public void TakeEnd_BeforeTheBodysEnd_ReturnsFalse()
    {
        foreach ((BodyKind kind, BodyRecoding recoding) in new[]
        {
            (BodyKind.Length, BodyRecoding.None), (BodyKind.Chunked, BodyRecoding.None), (BodyKind.Chunked, BodyRecoding.Dechunk),
        })
        {
            MessageBuffer buffer = default;
            BodyFraming framing = default;
            framing.Begin(kind, 10, recoding);
            Assert.False(framing.TakeEnd(ref buffer));
            Assert.False(framing.Ended);
        }
    }

    /// <summary>
    /// Returns what was framed, what was received but not framed, and whether the body's end was found. Receives <paramref name="cuts"/> bytes at a time,
    /// cyclically.
    /// </summary>
    private static (string Sent, string Left, bool Ended) Run(BodyKind kind, long length, BodyRecoding recoding, string wire, int[] cuts, bool finish)
    {
        using var slab = new BufferSlab(2048);
        var sent = new StringBuilder();
        MessageBuffer buffer = default;
        BodyFraming framing = default;
        framing.Begin(kind, length, recoding);
        for (int at = 0, i = 0; at < wire.Length && !framing.Ended; i++)
        {
            buffer.Acquire(slab);
            buffer.MakeRoom();
            int count = Math.Min(cuts[i % cuts.Length], wire.Length - at);
            Append(ref buffer, wire.Substring(at, count));
            at += count;
            Assert.True(framing.Take(ref buffer));
            sent.Append(TakeAll(ref buffer));
        }
        if (finish)
        {
            buffer.Acquire(slab);
            buffer.MakeRoom();
            Assert.True(framing.TakeEnd(ref buffer));
            sent.Append(TakeAll(ref buffer));
        }
        string rest = buffer.IsAcquired ? Encoding.Latin1.GetString(buffer.UnframedBytes) : "";
        buffer.Release(slab);
        return (sent.ToString(), rest, framing.Ended);
    }

    private static unsafe void Append(ref MessageBuffer buffer, string text)
    {
        Encoding.Latin1.GetBytes(text, new Span<byte>(buffer.Base + buffer.End, buffer.Free));
        buffer.End += text.Length;
    }

    private static unsafe string TakeAll(ref MessageBuffer buffer)
    {
        string all = Encoding.Latin1.GetString(buffer.Base + buffer.Start, buffer.Pending);
        buffer.Start = buffer.Framed;
        return all;
    }

    private static string Encode(string[] pieces) => string.Concat(pieces.Select(piece => $"{piece.Length:x}\r\n{piece}\r\n")) + "0\r\n\r\n";

    private static string Decode(string wire)
    {
        Fakes.Message message = Assert.Single(Fakes.Message.Responds("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + wire, ["GET"], false));
        Assert.True(message.IsWhole);
        return message.Body;
    }
}

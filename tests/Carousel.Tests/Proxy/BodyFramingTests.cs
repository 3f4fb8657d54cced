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

    /// <summary>Trailer lines, and whether each is passed on.</summary>
    private static readonly (string Line, bool IsPassed)[] Lines =
    [
        ("X-Sum: 1\r\n", true), ("Empty:\r\n", true), ("X-Text: \ta b \r\n", true), ("Date: x\r\n", true),
        ("Set-Cookie: a=b\r\n", false), ("Content-Length: 3\r\n", false), ("X-Session-Id: x\r\n", false), ("x_forwarded_for:1\r\n", false),
    ];

    private static readonly Gen<(string Line, bool IsPassed)[]> Trailers = Gen.Int[0, Lines.Length - 1].Select(i => Lines[i]).Array[0, 6];

    private readonly TrailerReader _trailers = new(maxFields: 100);

    [Fact]
    public void Chunked_AnySplit_IsForwardedUnchanged() => Gen.Select(Pieces, Cuts).Sample((pieces, cuts) =>
    {
        string wire = Encode(pieces);
        (string sent, string rest, bool ended) = Run(BodyKind.Chunked, 0, BodyKind.Chunked, wire + Next, cuts, finish: false);
        return sent == wire && rest == Next[..rest.Length] && ended;
    });

    [Fact]
    public void Chunked_WithTrailers_PassesThoseThatMayBe() => Gen.Select(Pieces, Trailers, Cuts).Sample((pieces, trailers, cuts) =>
    {
        string wire = Encode(pieces, string.Concat(trailers.Select(trailer => trailer.Line)));
        string passed = Encode(pieces, string.Concat(trailers.Where(trailer => trailer.IsPassed).Select(trailer => trailer.Line)));
        (string sent, string rest, bool ended) = Run(BodyKind.Chunked, 0, BodyKind.Chunked, wire + Next, cuts, finish: false);
        (string sentWithout, _, _) = Run(BodyKind.Chunked, 0, BodyKind.Chunked, wire + Next, cuts, finish: false, dropsTrailers: true);
        return sent == passed && rest == Next[..rest.Length] && ended && sentWithout == Encode(pieces);
    });

    [Fact]
    public void Chunked_Dechunked_ReturnsTheData() => Gen.Select(Pieces, Trailers, Cuts).Sample((pieces, trailers, cuts) =>
    {
        string wire = Encode(pieces, string.Concat(trailers.Select(trailer => trailer.Line)));
        (string sent, string rest, bool ended) = Run(BodyKind.Chunked, 0, BodyKind.UntilClose, wire + Next, cuts, finish: false);
        return sent == string.Concat(pieces) && rest == Next[..rest.Length] && ended;
    });

    [Fact]
    public void UntilClose_Chunked_DecodesToTheData() => Gen.Select(Pieces, Cuts).Sample((pieces, cuts) =>
    {
        string data = string.Concat(pieces);
        (string sent, _, bool ended) = Run(BodyKind.UntilClose, 0, BodyKind.Chunked, data, cuts, finish: true);
        return Decode(sent) == data && ended;
    });

    [Fact]
    public void Length_AnySplit_EndsAtTheLength() => Gen.Select(Pieces, Cuts).Sample((pieces, cuts) =>
    {
        string data = string.Concat(pieces);
        (string sent, string rest, bool ended) = Run(BodyKind.Length, data.Length, BodyKind.Length, data + Next, cuts, finish: false);
        return sent == data && rest == Next[..rest.Length] && ended;
    });

    /// <summary>A section whose end does not arrive is refused at its limit, at the latest.</summary>
    [Theory]
    [InlineData("x")]
    [InlineData("x:\r\n")]
    public void Trailers_WithoutEnd_AreMalformed(string repeated)
    {
        using var slab = new BufferSlab(32 * 1024);
        MessageBuffer buffer = default;
        BodyFraming framing = Begin(BodyKind.Chunked, 0, BodyKind.Chunked);
        buffer.Acquire(slab);
        Append(ref buffer, "0\r\n");
        int received = 0;
        while (framing.Take(ref buffer, _trailers))
        {
            Assert.False(framing.Ended);
            TakeAll(ref buffer);
            buffer.MakeRoom();
            Append(ref buffer, repeated);
            received += repeated.Length;
        }
        Assert.InRange(received, 1, TrailerReader.MaxBytes + repeated.Length);
        buffer.Release(slab);
    }

    /// <summary>The largest section fits, wherever in the buffer it begins.</summary>
    [Fact]
    public void Trailers_Largest_ArePassed()
    {
        string trailers = "a: " + new string('v', TrailerReader.MaxBytes - 7) + "\r\n";
        foreach (string data in (string[])["", new('d', 20_000), new('d', 31_000)])
        {
            string wire = Encode(data.Length == 0 ? [] : [data], trailers);
            Assert.Equal((wire, "", true), Run(BodyKind.Chunked, 0, BodyKind.Chunked, wire, [4000], finish: false, slabSize: 32 * 1024));
        }
    }

    /// <summary>What is held for a retry is the whole body as it was sent, with the trailers that are passed on.</summary>
    [Fact]
    public void Trailers_OfAHeldBody_AreSentAgain()
    {
        using var slab = new BufferSlab(4096);
        MessageBuffer buffer = default;
        buffer.Acquire(slab);
        buffer.Hold();
        BodyFraming framing = Begin(BodyKind.Chunked, 0, BodyKind.Chunked);
        foreach (string piece in (string[])["2\r\nhi\r\n0\r\nHo", "st: x\r\nA", ": 1\r\n\r\n" + Next])
        {
            Append(ref buffer, piece);
            Assert.True(framing.Take(ref buffer, _trailers));
            TakeAll(ref buffer);
            buffer.MakeRoom();
        }
        Assert.True(framing.Ended && buffer.IsHeld);
        buffer.Rewind();
        Assert.Equal("2\r\nhi\r\n0\r\nA: 1\r\n\r\n", TakeAll(ref buffer));
        Assert.Equal(Next, Encoding.Latin1.GetString(buffer.UnframedBytes));
        buffer.Release(slab);
    }

    [Fact]
    public void UntilClose_FullBuffer_HasRoomForItsFraming()
    {
        using var slab = new BufferSlab(4096);
        MessageBuffer buffer = default;
        buffer.Acquire(slab);
        BodyFraming framing = Begin(BodyKind.UntilClose, 0, BodyKind.Chunked);
        int length = buffer.Free;
        Append(ref buffer, new string('x', length));
        Assert.Equal(0, buffer.Free);
        Assert.True(framing.Take(ref buffer, _trailers));
        Assert.True(framing.TakeEnd(ref buffer));
        Assert.InRange(buffer.End, length, slab.Size);
        Assert.Equal(length, Decode(TakeAll(ref buffer)).Length);
        buffer.Release(slab);
    }

    [Fact]
    public void TakeEnd_BeforeTheBodysEnd_ReturnsFalse()
    {
        foreach ((BodyKind kind, BodyKind sentAs) in new[]
        {
            (BodyKind.Length, BodyKind.Length), (BodyKind.Chunked, BodyKind.Chunked), (BodyKind.Chunked, BodyKind.UntilClose),
        })
        {
            MessageBuffer buffer = default;
            BodyFraming framing = Begin(kind, 10, sentAs);
            Assert.False(framing.TakeEnd(ref buffer));
            Assert.False(framing.Ended);
        }
    }

    /// <summary>
    /// Returns what was framed, what was received but not framed, and whether the body's end was found. Receives <paramref name="cuts"/> bytes at a time,
    /// cyclically.
    /// </summary>
    private static (string Sent, string Left, bool Ended) Run(
        BodyKind kind, long length, BodyKind sentAs, string wire, int[] cuts, bool finish, bool dropsTrailers = false, int slabSize = 2048)
    {
        using var slab = new BufferSlab(slabSize);
        var trailers = new TrailerReader(maxFields: 100);
        var sent = new StringBuilder();
        MessageBuffer buffer = default;
        BodyFraming framing = Begin(kind, length, sentAs, dropsTrailers);
        for (int at = 0, i = 0; at < wire.Length && !framing.Ended; i++)
        {
            buffer.Acquire(slab);
            buffer.MakeRoom();
            int count = Math.Min(Math.Min(cuts[i % cuts.Length], buffer.Free), wire.Length - at);
            Append(ref buffer, wire.Substring(at, count));
            at += count;
            Assert.True(framing.Take(ref buffer, trailers));
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

    private static BodyFraming Begin(BodyKind kind, long length, BodyKind sentAs, bool dropsTrailers = false)
    {
        BodyFraming framing = default;
        framing.Begin(kind, length, sentAs, dropsTrailers);
        return framing;
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

    private static string Encode(string[] pieces, string trailers = "") =>
        string.Concat(pieces.Select(piece => $"{piece.Length:x}\r\n{piece}\r\n")) + $"0\r\n{trailers}\r\n";

    private static string Decode(string wire)
    {
        Fakes.Message message = Assert.Single(Fakes.Message.Responds("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + wire, ["GET"], false));
        Assert.True(message.IsWhole);
        return message.Body;
    }
}

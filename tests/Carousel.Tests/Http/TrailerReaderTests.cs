using Carousel.Engine.Http;
using Carousel.Fuzz.Targets;
using Xunit;

namespace Carousel.Tests.Http;

public class TrailerReaderTests
{
    private const int MaxFields = 10;

    [Theory]
    [InlineData("X-Sum: 12\r\n")]
    [InlineData("Empty:\r\nX-Text: \t\u00e4z \r\n")]
    [InlineData("grpc-status: 0\r\ngrpc-message: \r\n")]
    [InlineData("Server-Timing: a\r\nServer-Timing: b\r\n")]
    [InlineData("Hosts: x\r\nX-Forwardeds: x\r\nX-Session: x\r\nContent-MD5: x\r\nContent-Encodings: x\r\n")]
    [InlineData("Date: x\r\nendpoint-load-metrics: x\r\n")]
    public void Read_AllowedTrailers_ArePassedUnchanged(string lines) => Assert.Equal(lines + "\r\n", Pass(lines + "\r\n"));

    [Theory]
    [InlineData("Content-Length: 5")]
    [InlineData("TRANSFER-ENCODING: chunked")]
    [InlineData("host: x")]
    [InlineData("Authorization: x")]
    [InlineData("Cookie: x")]
    [InlineData("Set-Cookie: x")]
    [InlineData("Set_Cookie: x")]
    [InlineData("Connection: x")]
    [InlineData("TE: x")]
    [InlineData("Content-Type: x")]
    [InlineData("Max-Forwards:0")]
    [InlineData("X-Forwarded-For: x")]
    [InlineData("x-forwarded-anything: x")]
    [InlineData("X-Session-Id: x")]
    [InlineData("x-session-any: x")]
    [InlineData("X_Session-Any: x")]
    [InlineData("Forwarded: x")]
    [InlineData("X-Forwarded: x")]
    [InlineData("X_Forwarded_For: x")]
    [InlineData("X.Session.Id: x")]
    [InlineData("Content_Length: 5")]
    [InlineData("X-Real-IP: x")]
    [InlineData("CF_Connecting-IP: x")]
    [InlineData("X-Carousel-Anything: x")]
    [InlineData("X-Request-Id: x")]
    [InlineData("traceparent: x")]
    public void Read_ForbiddenTrailer_IsDroppedAndTheRestPassed(string line)
    {
        Assert.Equal("\r\n", Pass(line + "\r\n\r\n"));
        Assert.Equal("A: 1\r\nB: 2\r\n\r\n", Pass($"A: 1\r\n{line}\r\n{line}\r\nB: 2\r\n{line}\r\n\r\n"));
    }

    [Fact]
    public void Read_DropsAll_PassesNoneButChecksAll()
    {
        Assert.Equal("\r\n", Pass("A: 1\r\nHost: x\r\nB: 2\r\n\r\n", dropsAll: true));
        Assert.Null(Pass("A: 1\r\nB : 2\r\n\r\n", dropsAll: true));
    }

    [Theory]
    [InlineData(":b\r\n")]
    [InlineData(" a: b\r\n")]
    [InlineData("a: b\r\n c\r\n")]
    [InlineData("a : b\r\n")]
    [InlineData("a\r\n")]
    [InlineData("\n")]
    [InlineData("a: b\nc: d\r\n")]
    [InlineData("a: b\rc\r\n")]
    [InlineData("a: b\r\n\n")]
    [InlineData("a: b\r\n\rx")]
    [InlineData("a: \0\r\n")]
    [InlineData("a\u00e4: b\r\n")]
    [InlineData("Set-Cookie : b\r\n")]
    public void Read_MalformedSection_IsRejected(string section)
    {
        Assert.Equal(ParseStatus.Rejected, new TrailerReader(MaxFields).Read(Corpus.Bytes(section), dropsAll: false));
        foreach (int piece in (int[])[1, 2, section.Length])
        {
            Assert.Equal(ParseStatus.Rejected, DecodedChunks.Of(Corpus.Bytes("0\r\n" + section), piece).Status);
        }
    }

    [Fact]
    public void Read_EveryPrefix_NeedsMore()
    {
        byte[] section = Corpus.Bytes("A: 1\r\nHost: x\r\nB:\r\n\r\n");
        var reader = new TrailerReader(MaxFields);
        for (int length = 0; length < section.Length; length++)
        {
            Assert.Equal(ParseStatus.NeedMore, reader.Read(section.AsSpan(0, length), dropsAll: false));
        }
    }

    [Fact]
    public void Read_NextMessage_IsNotPartOfTheSection()
    {
        var reader = new TrailerReader(MaxFields);
        Assert.Equal(ParseStatus.Complete, reader.Read("A: 1\r\n\r\nGET / HTTP/1.1\r\n"u8, dropsAll: false));
        Assert.Equal(8, reader.Head.Length);
    }

    [Fact]
    public void Read_BeyondTheLimits_IsRejected()
    {
        string largest = "a: " + new string('v', TrailerReader.MaxBytes - 7) + "\r\n\r\n";
        Assert.Equal(largest, Pass(largest));
        Assert.Null(Pass(largest.Insert(3, "v")));
        Assert.Null(Pass(new string('a', TrailerReader.MaxBytes)));
        string most = string.Concat(Enumerable.Repeat("a:\r\n", MaxFields)) + "\r\n";
        Assert.Equal(most, Pass(most));
        Assert.Null(Pass("a:\r\n" + most));
    }

    /// <summary>Returns what is passed on of a whole section; null if it is rejected.</summary>
    internal static string? Pass(string section, bool dropsAll = false)
    {
        var reader = new TrailerReader(MaxFields);
        ParseStatus status = reader.Read(Corpus.Bytes(section), dropsAll);
        if (status == ParseStatus.Rejected)
        {
            return null;
        }
        Assert.Equal((ParseStatus.Complete, section.Length), (status, reader.Head.Length));
        var room = new byte[reader.Head.Length];
        byte[] output = room[^Http1Encoder.EncodeTrailers(reader.Head, room)..];
        return Corpus.Text(output);
    }
}

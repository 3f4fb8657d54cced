using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Fuzz.Targets;
using Xunit;

namespace Carousel.Tests.Http;

/// <summary>No parser accesses a byte outside its input. A violation is a segmentation fault, which ends the test run.</summary>
public class GuardedMemoryTests
{
    private readonly RequestHead _request = new(Heads.Limits.MaxFields);
    private readonly ResponseHead _response = new(Heads.Limits.MaxFields);
    private readonly TrailerReader _trailers = new(Heads.Limits.MaxFields);

    [Fact]
    public void Parse_RequestPrefixesBetweenUnreadablePages_StaysInside() => ForEveryPrefix(
        Corpus.Requests.Values,
        bytes => RequestParser.Parse(bytes, Heads.Limits, _request, out FailureReason _));

    [Fact]
    public void Parse_ResponsePrefixesBetweenUnreadablePages_StaysInside() => ForEveryPrefix(
        Corpus.Responses.Values,
        bytes => ResponseParser.Parse(bytes, RequestMethod.Get, Heads.Limits, _response, out FailureReason _));

    [Fact]
    public void Read_ChunkPrefixesBetweenUnreadablePages_StaysInside() => ForEveryPrefix(
        Corpus.Chunked.Values,
        bytes => default(ChunkDecoder).Skip(bytes, out _));

    [Fact]
    public void Read_TrailerPrefixesBetweenUnreadablePages_StaysInside() => ForEveryPrefix(
        [[.. "X-Sum: 12\r\nEmpty:\r\nSet-Cookie: a=b\r\nX-Session-Any: \t 1 \r\n\r\n"u8], [.. "A: b\r\nx : y"u8], [.. "A:\r\n\n"u8]],
        bytes => _trailers.Read(bytes, dropsAll: false));

    [Fact]
    public void Parse_ErrorsAtTheEndOfReadableMemory_StaysInside() => ForEveryPrefix(
        Corpus.Requests.Values.SelectMany(head => "\r\n\0 :\u00e4".Select(last => (byte[])[.. head[..^2], (byte)last])),
        bytes => RequestParser.Parse(bytes, Heads.Limits, _request, out FailureReason _));

    private delegate ParseStatus Parse(ReadOnlySpan<byte> bytes);

    private static void ForEveryPrefix(IEnumerable<byte[]> messages, Parse parse)
    {
        using var memory = new GuardedBytes();
        int parsed = 0;
        foreach (byte[] message in messages)
        {
            for (int length = 0; length <= message.Length; length++)
            {
                ParseStatus anywhere = parse(message.AsSpan(0, length));
                Assert.Equal(anywhere, parse(memory.AtEnd(message.AsSpan(0, length))));
                Assert.Equal(anywhere, parse(memory.AtStart(message.AsSpan(0, length))));
                parsed++;
            }
        }
        Assert.NotEqual(0, parsed);
    }
}

using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Fuzz.Targets;
using Xunit;

namespace Carousel.Tests.Http;

public class ResponseParserTests
{
    private static readonly HeadLimits Limits = new(16 * 1024, 100);

    public static TheoryData<string> Names => [.. Corpus.Responses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_EveryPrefixOfAValidHead_NeedsMore(string name)
    {
        byte[] head = Corpus.Responses[name];
        for (int length = 0; length < head.Length; length++)
        {
            ParsedResponse prefix = ParsedResponse.Of(head.AsSpan(0, length), RequestMethod.Get, Limits);
            Assert.Equal((ParseStatus.NeedMore, FailureReason.None), (prefix.Status, prefix.Reason));
        }
        ParsedResponse whole = ParsedResponse.Of(head, RequestMethod.Get, Limits);
        Assert.Equal((ParseStatus.Complete, FailureReason.None), (whole.Status, whole.Reason));
        Assert.Equal(head.Length, whole.Head.Length);
        Assert.True(ParsedResponse.Of([.. head, 0, .. "HTTP/1.1"u8], RequestMethod.Get, Limits).IsSameAs(whole));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK", 200, "OK", false)]
    [InlineData("HTTP/1.0 404 Not Found", 404, "Not Found", true)]
    [InlineData("HTTP/1.1 599 ", 599, "", false)]
    [InlineData("HTTP/1.1 100", 100, "", false)]
    [InlineData("HTTP/1.1 200  \t\u00e4 ", 200, " \t\u00e4 ", false)]
    public void Parse_StatusLine_IsRead(string line, int status, string phrase, bool isHttp10)
    {
        ParsedResponse response = Parse(line + "\r\n\r\n", "Get");
        Assert.Equal((status, phrase, isHttp10), (response.Head.Status, response.Text(response.Head.ReasonPhrase), response.Head.IsHttp10));
    }

    // RFC 9112 section 6.3, row by row.
    [Theory]
    [InlineData("Get", 200, "Content-Length: 5\r\n", nameof(BodyKind.Length), nameof(BodyKind.Length), 5)]
    [InlineData("Get", 200, "Content-Length: 0\r\n", nameof(BodyKind.Length), nameof(BodyKind.Length), 0)]
    [InlineData("Get", 200, "Content-Length: 5\r\nContent-Length: 05\r\n", nameof(BodyKind.Length), nameof(BodyKind.Length), 5)]
    [InlineData("Get", 200, "Transfer-Encoding: Chunked\r\n", nameof(BodyKind.Chunked), nameof(BodyKind.Chunked), 0)]
    [InlineData("Get", 200, "", nameof(BodyKind.UntilClose), nameof(BodyKind.None), 0)]
    [InlineData("Post", 404, "", nameof(BodyKind.UntilClose), nameof(BodyKind.None), 0)]
    [InlineData("Head", 200, "Content-Length: 5\r\n", nameof(BodyKind.None), nameof(BodyKind.Length), 5)]
    [InlineData("Head", 200, "Transfer-Encoding: chunked\r\n", nameof(BodyKind.None), nameof(BodyKind.Chunked), 0)]
    [InlineData("Head", 200, "", nameof(BodyKind.None), nameof(BodyKind.None), 0)]
    [InlineData("Get", 304, "Content-Length: 5\r\n", nameof(BodyKind.None), nameof(BodyKind.Length), 5)]
    [InlineData("Get", 304, "", nameof(BodyKind.None), nameof(BodyKind.None), 0)]
    [InlineData("Get", 204, "Content-Length: 5\r\n", nameof(BodyKind.None), nameof(BodyKind.None), 0)]
    [InlineData("Get", 204, "", nameof(BodyKind.None), nameof(BodyKind.None), 0)]
    [InlineData("Get", 100, "Transfer-Encoding: chunked\r\n", nameof(BodyKind.None), nameof(BodyKind.None), 0)]
    [InlineData("Get", 101, "Content-Length: 5\r\n", nameof(BodyKind.None), nameof(BodyKind.None), 0)]
    public void Parse_Framing_FollowsMethodAndStatus(string method, int status, string fields, string body, string framedAs, long length)
    {
        ResponseHead head = Parse($"HTTP/1.1 {status} X\r\n{fields}\r\n", method).Head;
        Assert.Equal((body, framedAs, length), (head.Body.ToString(), head.FramedAs.ToString(), head.ContentLength));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\n", false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n", false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n", true)]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n", false)]
    [InlineData("HTTP/1.1 204 No Content\r\n", true)]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n", true)]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n", false)]
    [InlineData("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n", false)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n", true)]
    public void Parse_KeepAlive_FollowsVersionAndFields(string head, bool expected) => Assert.Equal(expected, Parse(head + "\r\n", "Get").Head.KeepAlive);

    [Fact]
    public void Parse_SwitchingProtocols_IsAnUpgradeAndNotInterim()
    {
        ResponseHead head = Parse(Corpus.Text(Corpus.Responses["switching"]), "Get").Head;
        Assert.Equal((101, true, false), (head.Status, head.Upgrade, head.IsInterim));
        Assert.True(Parse("HTTP/1.1 103 Early Hints\r\n\r\n", "Get").Head.IsInterim);
    }

    [Theory]
    // The status line.
    [InlineData("\r\n")]
    [InlineData("HTTP/1.2 200 OK\r\n")]
    [InlineData("HTTP/2.0 200 OK\r\n")]
    [InlineData("HTTP/0.9 200 OK\r\n")]
    [InlineData("http/1.1 200 OK\r\n")]
    [InlineData("ICY 200 OK\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n")]
    [InlineData("HTTP/1.1 2x0 OK\r\n")]
    [InlineData("HTTP/1.1 099 Low\r\n")]
    [InlineData("HTTP/1.1 600 High\r\n")]
    [InlineData("HTTP/1.1 -20 OK\r\n")]
    [InlineData("HTTP/1.1\t200 OK\r\n")]
    [InlineData("HTTP/1.1 200\tOK\r\n")]
    [InlineData("HTTP/1.1 200 OK\n")]
    [InlineData("HTTP/1.1 200\n")]
    [InlineData("HTTP/1.1 200 O\0K\r\n")]
    [InlineData("HTTP/1.1 200 O\rK\r\n")]
    [InlineData("HTTP/1.1 200\rOK\r\n")]
    [InlineData("HTTP/1.1 200 O\u007fK\r\n")]
    // Fields.
    [InlineData("HTTP/1.1 200 OK\r\nA : b\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n A: b\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\nC: d\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\rC: d\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: \0\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA\u00e4: b\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: a b\r\n")]
    // Framing.
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: x\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n")]
    public void Parse_BadResponse_IsRejected(string head)
    {
        byte[] bytes = Corpus.Bytes(head);
        ParsedResponse whole = ParsedResponse.Of(bytes, RequestMethod.Get, Limits);
        Assert.Equal((ParseStatus.Rejected, FailureReason.BadAnswer), (whole.Status, whole.Reason));
        for (int length = 0; length < bytes.Length; length++)
        {
            ParsedResponse prefix = ParsedResponse.Of(bytes.AsSpan(0, length), RequestMethod.Get, Limits);
            Assert.True(prefix.Status == ParseStatus.NeedMore || prefix.IsSameAs(whole), $"{length} bytes: {prefix.Status} {prefix.Reason}");
        }
    }

    [Fact]
    public void Parse_BeyondItsLimits_IsTooLarge()
    {
        byte[] head = Corpus.Bytes("HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\n");
        Assert.Equal(ParseStatus.Complete, ParsedResponse.Of(head, RequestMethod.Get, new HeadLimits(head.Length, 2)).Status);
        Assert.Equal(FailureReason.AnswerHeadTooLarge, ParsedResponse.Of(head, RequestMethod.Get, new HeadLimits(head.Length - 1, 2)).Reason);
        Assert.Equal(FailureReason.AnswerHeadTooLarge, ParsedResponse.Of(head, RequestMethod.Get, new HeadLimits(head.Length, 1)).Reason);
        Assert.Equal(FailureReason.AnswerHeadTooLarge, ParsedResponse.Of(head, RequestMethod.Get, new HeadLimits(12, 1)).Reason);
    }

    private static ParsedResponse Parse(string head, string method)
    {
        ParsedResponse response = ParsedResponse.Of(Corpus.Bytes(head), Enum.Parse<RequestMethod>(method), Limits);
        Assert.Equal((ParseStatus.Complete, FailureReason.None), (response.Status, response.Reason));
        return response;
    }
}

using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Fuzz.Targets;
using Xunit;
using static Carousel.Core.Telemetry.FailureReason;

namespace Carousel.Tests.Http;

/// <summary>One row for each rule by which a request is refused.</summary>
public class RequestRejectTests
{
    private static readonly HeadLimits Limits = new(16 * 1024, 100);

    [Theory]
    // The method.
    [InlineData(" / HTTP/1.1\r\n", BadRequestLine)]
    [InlineData(" GET / HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("G@T / HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("G\u00c4T / HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET\t/ HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET\r\n", BadRequestLine)]
    [InlineData("\r\n\r\nGET / HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("CONNECT a:443 HTTP/1.1\r\n", ConnectRefusedMethod)]
    [InlineData("CONNECT /a HTTP/1.1\r\n", ConnectRefusedMethod)]
    [InlineData("CONNECT * HTTP/1.0\r\n", ConnectRefusedMethod)]
    [InlineData("TRACE / HTTP/1.1\r\n", TraceMethod)]
    [InlineData("TRACE http://a/ HTTP/1.0\r\n", TraceMethod)]
    [InlineData("TRACK / HTTP/1.1\r\n", TraceMethod)]
    [InlineData("UPDATEREDIRECTREFUPDATEREDIRECTRE", MethodTooLong)]
    [InlineData("UPDATEREDIRECTREFUPDATEREDIRECTRE@", MethodTooLong)]
    // The target.
    [InlineData("GET  / HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET /a b HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET /a#b HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET /\u0001 HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET /\u007f HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET /\u00e4 HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET /a\tb HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET a HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET * HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("OPTIONS ** HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET a:80 HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET ftp://a/ HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET http:/a HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET http:///a HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET http:// HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET http://u:p@a/ HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET http://a:b/ HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET http://a\\b/ HTTP/1.1\r\n", BadRequestLine)]
    [InlineData("GET /\r\n", BadRequestLine)]
    // The version.
    [InlineData("GET / \r\n", BadRequestLine)]
    [InlineData("GET / http/1.1\r\n", BadRequestLine)]
    [InlineData("GET / HTTP/1\r\n", BadRequestLine)]
    [InlineData("GET / HTTP/1.\r\n", BadRequestLine)]
    [InlineData("GET / HTTP/11.1\r\n", BadRequestLine)]
    [InlineData("GET / HTTP/1.11\r\n", BadRequestLine)]
    [InlineData("GET / HTTP/1.1 \r\n", BadRequestLine)]
    [InlineData("GET / HTTP/1,1\r\n", BadRequestLine)]
    [InlineData("GET / HTTP/a.1\r\n", BadRequestLine)]
    [InlineData("GET / HTTPS/1.1\r\n", BadRequestLine)]
    [InlineData("GET / HTTP/0.9\r\n", UnsupportedVersion)]
    [InlineData("GET / HTTP/1.2\r\n", UnsupportedVersion)]
    [InlineData("GET / HTTP/2.0\r\n", UnsupportedVersion)]
    [InlineData("GET / HTTP/2.1\r\n", UnsupportedVersion)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", UnsupportedVersion)]
    // Line endings and NUL.
    [InlineData("\nGET / HTTP/1.1\r\n", BadLineEnding)]
    [InlineData("\rGET / HTTP/1.1\r\n", BadLineEnding)]
    [InlineData("GET / HTTP/1.1\n", BadLineEnding)]
    [InlineData("GET / HTTP/1.1\rHost: h\r\n", BadLineEnding)]
    [InlineData("GET / HTTP/1.1\r\r\n", BadLineEnding)]
    [InlineData("GET /\n HTTP/1.1\r\n", BadLineEnding)]
    [InlineData("GET /\r HTTP/1.1\r\n", BadLineEnding)]
    [InlineData("GET /\0 HTTP/1.1\r\n", BadLineEnding)]
    [InlineData("G\0T / HTTP/1.1\r\n", BadLineEnding)]
    [InlineData("GET / HT\nTP/1.1\r\n", BadLineEnding)]
    public void Parse_BadRequestLine_IsRejected(string head, FailureReason reason) => AssertRejected(head, reason);

    [Theory]
    // Line endings and NUL.
    [InlineData("A: b\nC: d\r\n", BadLineEnding)]
    [InlineData("A: b\rC: d\r\n", BadLineEnding)]
    [InlineData("A: b\r\r\n", BadLineEnding)]
    [InlineData("A: b\0\r\n", BadLineEnding)]
    [InlineData("A\0: b\r\n", BadLineEnding)]
    [InlineData("A\n: b\r\n", BadLineEnding)]
    [InlineData("A:\n", BadLineEnding)]
    [InlineData("A: b\r\n\n", BadLineEnding)]
    [InlineData("A: b\r\n\rx", BadLineEnding)]
    // Names and values.
    [InlineData("A : b\r\n", BadHeader)]
    [InlineData("A\t: b\r\n", BadHeader)]
    [InlineData(": b\r\n", BadHeader)]
    [InlineData(" A: b\r\n", BadHeader)]
    [InlineData("A: b\r\n c\r\n", BadHeader)]
    [InlineData("A: b\r\n\tc\r\n", BadHeader)]
    [InlineData("A: b\r\n \r\n", BadHeader)]
    [InlineData("A\r\n", BadHeader)]
    [InlineData("A b: c\r\n", BadHeader)]
    [InlineData("A(: b\r\n", BadHeader)]
    [InlineData("A\u00e4: b\r\n", BadHeader)]
    [InlineData("A\u007f: b\r\n", BadHeader)]
    [InlineData("A: \u0001\r\n", BadHeader)]
    [InlineData("A: b\u001bc\r\n", BadHeader)]
    [InlineData("A: \u007f\r\n", BadHeader)]
    // Connection.
    [InlineData("Connection: a b\r\n", BadHeader)]
    [InlineData("Connection: close; x\r\n", BadHeader)]
    [InlineData("Connection: \"close\"\r\n", BadHeader)]
    [InlineData("Connection: ,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n", BadHeader)]
    // Lengths and codings.
    [InlineData("Content-Length:\r\n", BadContentLength)]
    [InlineData("Content-Length: +5\r\n", BadContentLength)]
    [InlineData("Content-Length: -5\r\n", BadContentLength)]
    [InlineData("Content-Length: 5, 5\r\n", BadContentLength)]
    [InlineData("Content-Length: 5 5\r\n", BadContentLength)]
    [InlineData("Content-Length: 0x5\r\n", BadContentLength)]
    [InlineData("Content-Length: 5.0\r\n", BadContentLength)]
    [InlineData("Content-Length: 9223372036854775808\r\n", BadContentLength)]
    [InlineData("Content-Length: 99999999999999999999999\r\n", BadContentLength)]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n", BadContentLength)]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", AmbiguousLength)]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", AmbiguousLength)]
    [InlineData("Transfer-Encoding:\r\n", UnsupportedTransferCoding)]
    [InlineData("Transfer-Encoding: identity\r\n", UnsupportedTransferCoding)]
    [InlineData("Transfer-Encoding: gzip\r\n", UnsupportedTransferCoding)]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n", UnsupportedTransferCoding)]
    [InlineData("Transfer-Encoding: chunked, chunked\r\n", UnsupportedTransferCoding)]
    [InlineData("Transfer-Encoding: chunked,\r\n", UnsupportedTransferCoding)]
    [InlineData("Transfer-Encoding: chunked;x=y\r\n", UnsupportedTransferCoding)]
    [InlineData("Transfer-Encoding: \"chunked\"\r\n", UnsupportedTransferCoding)]
    [InlineData("Transfer-Encoding: xchunked\r\n", UnsupportedTransferCoding)]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", UnsupportedTransferCoding)]
    // Expect.
    [InlineData("Expect: 200-ok\r\n", UnsupportedExpectation)]
    [InlineData("Expect:\r\n", UnsupportedExpectation)]
    [InlineData("Expect: 100-continue, x\r\n", UnsupportedExpectation)]
    // A second Host.
    [InlineData("Host: h\r\n", BadHost)]
    public void Parse_BadFields_AreRejected(string fields, FailureReason reason) => AssertRejected("GET / HTTP/1.1\r\nHost: h\r\n" + fields, reason);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nA: b\r\n\r\n")]
    [InlineData("GET http://a/ HTTP/1.1\r\n\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost:\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost:\r\n")]
    [InlineData("GET / HTTP/1.0\r\nHost: \t\r\n")]
    [InlineData("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n")]
    [InlineData("GET http://a/ HTTP/1.1\r\nHost: a b\r\n")]
    public void Parse_HostMissingEmptyOrRepeated_IsRejected(string head) => AssertRejected(head, BadHost);

    [Theory]
    [InlineData("a b")]
    [InlineData("a,b ,c")]
    [InlineData("u@a")]
    [InlineData("a/b")]
    [InlineData("a?b")]
    [InlineData("http://a")]
    // A port may be empty (RFC 3986 section 3.2.3).
    [InlineData("a:", true)]
    [InlineData("a:0", true)]
    [InlineData("a:65535", true)]
    [InlineData("a:65536")]
    [InlineData("a:000080")]
    [InlineData("a:-1")]
    [InlineData("a:8o")]
    [InlineData("a:80:80")]
    [InlineData(":80")]
    [InlineData("a%2")]
    [InlineData("a%")]
    [InlineData("%zz")]
    [InlineData("%41", true)]
    [InlineData("[::1]", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData("[::ffff:192.0.2.1]", true)]
    [InlineData("[]")]
    [InlineData("[::1")]
    [InlineData("::1")]
    [InlineData("[::1]8080")]
    [InlineData("[::1%25eth0]")]
    [InlineData("[v1.a]")]
    [InlineData("[::1]:x")]
    [InlineData("a]")]
    [InlineData("a\u00e4")]
    [InlineData("a_b.c~d", true)]
    public void Parse_HostSyntax_IsChecked(string host, bool isGood = false)
    {
        string head = $"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n";
        if (isGood)
        {
            Assert.Equal(ParseStatus.Complete, ParsedRequest.Of(Corpus.Bytes(head), Limits).Status);
        }
        else
        {
            AssertRejected(head, BadHost);
        }
    }

    [Fact]
    public void Parse_HostLength_IsBounded()
    {
        string longest = new('h', 255);
        Assert.Equal(ParseStatus.Complete, ParsedRequest.Of(Corpus.Bytes($"GET / HTTP/1.1\r\nHost: {longest}:65535\r\n\r\n"), Limits).Status);
        AssertRejected($"GET / HTTP/1.1\r\nHost: {longest}h\r\n\r\n", BadHost);
        AssertRejected($"GET / HTTP/1.1\r\nHost: {longest}h:1\r\n\r\n", BadHost);
    }

    [Fact]
    public void Parse_TransferEncodingOnHttp10_IsAmbiguous() =>
        AssertRejected("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n", AmbiguousLength);

    [Fact]
    public void Parse_ConnectionOptionsOverSeveralFields_AreBoundedTogether()
    {
        string fields = string.Concat(Enumerable.Repeat("Connection: a\r\n", FramingFields.MaxConnectionOptions));
        Assert.Equal(ParseStatus.Complete, ParsedRequest.Of(Corpus.Bytes($"GET / HTTP/1.1\r\nHost: h\r\n{fields}\r\n"), Limits).Status);
        AssertRejected($"GET / HTTP/1.1\r\nHost: h\r\n{fields}Connection: a\r\n", BadHeader);
    }

    /// <summary>Rejected for this reason, at the same byte whatever follows, and not earlier.</summary>
    private static void AssertRejected(string head, FailureReason reason)
    {
        byte[] bytes = Corpus.Bytes(head);
        ParsedRequest whole = ParsedRequest.Of(bytes, Limits);
        Assert.Equal((ParseStatus.Rejected, reason), (whole.Status, whole.Reason));
        for (int length = 0; length < bytes.Length; length++)
        {
            ParsedRequest prefix = ParsedRequest.Of(bytes.AsSpan(0, length), Limits);
            Assert.True(prefix.Status == ParseStatus.NeedMore || prefix.IsSameAs(whole), $"{length} bytes: {prefix.Status} {prefix.Reason}");
        }
    }
}

using Carousel.Engine.Http;
using Carousel.Fuzz.Targets;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Http;

public class RequestEditsTests
{
    private const string Forwarding =
        "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Host: h\r\nX-Forwarded-Proto: http\r\nVia: 1.1 carousel\r\n\r\n";

    [Fact]
    public void Write_PlainRequest_CopiesAndAdds() => AssertRewrites(
        "GET /a?b HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n",
        "GET /a?b HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n" + Forwarding);

    [Fact]
    public void Write_HopByHopFields_AreRemoved() => AssertRewrites(
        "GET / HTTP/1.1\r\nConnection: keep-alive\r\nHost: h\r\nKeep-Alive: x\r\nProxy-Connection: x\r\nA:b\r\nTE: trailers\r\n"
        + "Proxy-Authorization: x\r\nUpgrade: x\r\nC: d\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA:b\r\nC: d\r\n" + Forwarding);

    [Fact]
    public void Write_FieldsNamedByConnection_AreRemovedUnlessProtected() => AssertRewrites(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: a, HOST, cookie, x-session-id, X-Forwarded-Port\r\nA: 1\r\nAb: 2\r\nCookie: c\r\n"
        + "X-Session-Id: 3\r\nX-Forwarded-Port: 4\r\na: 5\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nAb: 2\r\nX-Forwarded-Port: 4\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Host: h\r\nX-Forwarded-Proto: http\r\nVia: 1.1 carousel\r\n\r\n",
        RewriteCase.Plain with { TrustClient = true });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_ForwardingFields_AreKeptOnlyIfThePeerIsTrusted(bool isTrusted)
    {
        string[] names = [.. ForwardingNames.Listed, "X-Forwarded", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Ssl", "X-Forwarded-Uri", "x-forwarded-anything-else"];
        foreach (string[] some in names.Chunk(10))
        {
            string lines = string.Concat(some.Select(name => $"{name}: 1\r\n"));
            AssertRewrites(
                "GET / HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\n" + (isTrusted ? lines : "") + Forwarding,
                RewriteCase.Plain with { TrustClient = isTrusted });
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_FoldedSpellings_AreRemoved(bool isTrusted)
    {
        string[] names = [.. ForwardingNames.Listed.Where(name => name.Contains('-')), "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port",
            "X-Session-Id", "X-Session-Moved", "X-Request-Id", "X-Carousel-Load", "Content-Length", "Transfer-Encoding"];
        foreach (string[] some in names.Chunk(10))
        {
            string lines = string.Concat(some.Select(name => $"{name.Replace('-', '_')}: 1\r\n{name.Replace('-', '.')}: 1\r\nHTTP_X_FORWARDED_FOR: 1\r\n"));
            AssertRewrites(
                "GET / HTTP/1.1\r\nHost: h\r\n" + lines + "X_Tenant: 2\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX_Tenant: 2\r\n" + Forwarding,
                RewriteCase.Plain with { TrustClient = isTrusted });
        }
    }

    [Theory]
    [InlineData("LB=1", null)]
    [InlineData("LB=1;", null)]
    [InlineData(" LB = 1 ; ", null)]
    [InlineData("LB=1; a=b", "a=b")]
    [InlineData("a=b; LB=1", "a=b")]
    [InlineData("a=b;LB=1;c=\"d;e\"", "a=b;c=\"d;e\"")]
    [InlineData("a=b;  LB=1 ;\tc = d ; LB=2;;e", "a=b;\tc = d ;;e")]
    [InlineData(";a=b; LB=1", ";a=b")]
    [InlineData("lb=1; LBX=2; XLB=3; LB", "lb=1; LBX=2; XLB=3; LB")]
    [InlineData("a=LB=1", "a=LB=1")]
    public void Write_HiddenCookie_IsRemovedAndOthersAreUnchanged(string cookies, string? expected)
    {
        string line = expected is null ? "" : $"cookie: {expected}\r\n";
        AssertRewrites(
            $"GET / HTTP/1.1\r\nHost: h\r\ncookie: {cookies}\r\nA: b\r\n\r\n",
            $"GET / HTTP/1.1\r\nHost: h\r\n{line}A: b\r\n" + Forwarding,
            RewriteCase.Plain with { HiddenCookie = "LB" });
    }

    [Fact]
    public void Write_SessionFieldsOfTheClient_AreReplaced() => AssertRewrites(
        "GET / HTTP/1.1\r\nHost: h\r\nX-SESSION-ID: evil\r\nx-session-moved: evil\r\nX-Session-Id: evil\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n" + Forwarding.Replace("Via", "X-Session-Id: 17\r\nVia", StringComparison.Ordinal),
        RewriteCase.Plain with { SessionId = "17" });

    [Fact]
    public void Write_LeadingEmptyLine_IsRemoved() => AssertRewrites(
        "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n" + Forwarding);

    [Theory]
    [InlineData("GET http://h/a?b HTTP/1.1", "GET /a?b HTTP/1.1")]
    [InlineData("GET https://h HTTP/1.1", "GET / HTTP/1.1")]
    [InlineData("GET http://h?x=1 HTTP/1.1", "GET /?x=1 HTTP/1.1")]
    [InlineData("OPTIONS http://h HTTP/1.1", "OPTIONS * HTTP/1.1")]
    [InlineData("OPTIONS http://h?x HTTP/1.1", "OPTIONS /?x HTTP/1.1")]
    [InlineData("OPTIONS http://h/ HTTP/1.1", "OPTIONS / HTTP/1.1")]
    public void Write_AbsoluteForm_BecomesOriginFormAndHost(string line, string expected) => AssertRewrites(
        $"{line}\r\nA: b\r\nHost: other\r\nC: d\r\n\r\n",
        $"{expected}\r\nHost: h\r\nA: b\r\nC: d\r\n" + Forwarding);

    [Fact]
    public void Write_OptionsAsterisk_IsUnchanged() => AssertRewrites(
        "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: h\r\n" + Forwarding);

    [Fact]
    public void Write_Http10WithoutHost_GetsTheFallback() => AssertRewrites(
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\nExpect: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: backend:8000\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http\r\nVia: 1.0 carousel\r\n\r\n");

    [Fact]
    public void Write_Http10WithoutFields_GetsTheFallback() => AssertRewrites(
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: backend:8000\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http\r\nVia: 1.0 carousel\r\n\r\n");

    [Fact]
    public void Write_Http10WithHost_KeepsIt() => AssertRewrites(
        "GET / HTTP/1.0\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n" + Forwarding.Replace("1.1 carousel", "1.0 carousel", StringComparison.Ordinal));

    [Theory]
    [InlineData("content-length: 5\r\n", "content-length: 5\r\n", "")]
    [InlineData("Content-Length: 0\r\n", "Content-Length: 0\r\n", "")]
    [InlineData("Content-Length: 005\r\n", "", "Content-Length: 5\r\n")]
    [InlineData("Content-Length: 00\r\n", "", "Content-Length: 0\r\n")]
    [InlineData("Content-Length:5\r\n", "", "Content-Length: 5\r\n")]
    [InlineData("Content-Length:\t5\r\n", "", "Content-Length: 5\r\n")]
    [InlineData("Content-Length: 5 \r\n", "", "Content-Length: 5\r\n")]
    [InlineData("Content-Length: 5\r\nContent-Length: 5\r\n", "", "Content-Length: 5\r\n")]
    [InlineData("Content-Length: 05\r\nContent-Length: 5\r\n", "", "Content-Length: 5\r\n")]
    [InlineData("transfer-encoding: chunked\r\n", "transfer-encoding: chunked\r\n", "")]
    [InlineData("Transfer-Encoding: Chunked\r\n", "", "Transfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding:chunked\r\n", "", "Transfer-Encoding: chunked\r\n")]
    public void Write_Framing_IsOneLineInOneForm(string fields, string kept, string written) => AssertRewrites(
        $"POST / HTTP/1.1\r\nHost: h\r\n{fields}A: b\r\n\r\n",
        $"POST / HTTP/1.1\r\nHost: h\r\n{kept}A: b\r\n" + Forwarding[..^2] + $"{written}\r\n");

    [Fact]
    public void Write_Upgrade_KeepsTheFieldAndOneOption() => AssertRewrites(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n" + Forwarding[..^2] + "Connection: upgrade\r\n\r\n");

    [Fact]
    public void Write_UpgradeToHttp2_IsRemovedWithItsSettings() => AssertRewrites(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n" + Forwarding);

    [Fact]
    public void Write_ExpectContinue_IsKept() => AssertRewrites(
        "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n" + Forwarding);

    [Fact]
    public void Write_UntrustedClient_LosesItsForwardingFields() => AssertRewrites(
        "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Proto: https\r\nForwarded: for=1.1.1.1\r\nVia: 1.1 edge\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nVia: 1.1 edge\r\n" + Forwarding);

    [Fact]
    public void Write_TrustedClient_KeepsForwardingFieldsAndAppendsItsAddress() => AssertRewrites(
        "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2, 3.3.3.3 \r\nX-Forwarded-Host: pub\r\n"
        + "X-Forwarded-Proto: https\r\nForwarded: for=3.3.3.3\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2, 3.3.3.3, 192.0.2.7\r\nX-Forwarded-Host: pub\r\n"
        + "X-Forwarded-Proto: https\r\nForwarded: for=3.3.3.3\r\nVia: 1.1 carousel\r\n\r\n",
        RewriteCase.Plain with { TrustClient = true });

    [Fact]
    public void Write_TrustedClientWithoutForwardingFields_GetsThem() => AssertRewrites(
        "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Host: h\r\nX-Forwarded-Proto: http\r\nVia: 1.1 carousel\r\n\r\n",
        RewriteCase.Plain with { TrustClient = true });

    [Theory]
    [InlineData("192.0.2.7", "for=192.0.2.7")]
    [InlineData("2001:db8::7", "for=\"[2001:db8::7]\"")]
    public void Write_Forwarded_IsQuotedAsNeeded(string address, string expected) => AssertRewrites(
        "GET / HTTP/1.1\r\nHost: h:80\r\nForwarded: for=evil\r\n\r\n",
        $"GET / HTTP/1.1\r\nHost: h:80\r\nX-Forwarded-For: {address}\r\nX-Forwarded-Host: h:80\r\nX-Forwarded-Proto: https\r\n"
        + $"Forwarded: {expected};host=\"h:80\";proto=https\r\nVia: 1.1 carousel\r\n\r\n",
        RewriteCase.Plain with { Address = address, Scheme = "https", SendForwarded = true });

    [Fact]
    public void Write_LongestValues_StaysWithinMaxGrowth()
    {
        string host = new string('h', 255) + ":65535";
        RewriteCase longest = RewriteCase.All.Single(rewrite => !rewrite.TrustClient && rewrite.SendForwarded);
        foreach (string head in (string[])
        [
            $"POST http://{host} HTTP/1.0\r\nContent-Length:1\r\n\r\n",
            $"POST http://{host} HTTP/1.1\r\nHost:\r\nConnection:upgrade\r\nUpgrade:x\r\nTransfer-Encoding:chunked\r\n\r\n",
            "POST / HTTP/1.0\r\nContent-Length:1\r\n\r\n",
            $"POST http://{host} HTTP/1.0\r\nContent-Length:1\r\nForwarded:for=\"[2001:1db8:ffff:ffff:ffff:ffff:ffff:ffff]\"\r\n\r\n",
            $"POST http://{host} HTTP/1.0\r\nContent-Length:1\r\nX-Forwarded-Proto:https\r\n\r\n",
            $"POST http://{host} HTTP/1.0\r\nContent-Length:1\r\nX-Forwarded-For:2001:1db8:ffff:ffff:ffff:ffff:ffff:ffff\r\n\r\n",
            $"POST http://{host} HTTP/1.0\r\nContent-Length:1\r\nX-Forwarded-Host:{host}\r\nForwarded:for=1.2.3.4\r\n\r\n",
        ])
        {
            // Throws if the output, which has exactly the maximum length, is too small.
            RequestRewriting.Check(Parse(head), longest);
            RequestRewriting.Check(Parse(head), longest with { TrustClient = true });
        }
    }

    [Fact]
    public void MaxGrowth_IsAlmostReached()
    {
        ParsedRequest request = Parse(
            $"POST http://{new string('h', 255)}:65535 HTTP/1.0\r\nContent-Length:1\r\nForwarded:for=\"[2001:1db8:ffff:ffff:ffff:ffff:ffff:ffff]\"\r\n\r\n");
        RewriteCase longest = RewriteCase.All.Single(rewrite => !rewrite.TrustClient && rewrite.SendForwarded) with { TrustClient = true };
        // An upgrade, which would add 1, requires HTTP/1.1, where Host cannot be missing. The client's address is 6 bytes shorter than the
        // longest peer address.
        Assert.Equal(RequestRewriting.MaxGrowth - 7, RequestRewriting.Rewrite(request, longest).Length - request.Head.Length);
    }

    [Fact]
    public void Write_RandomHeads_KeepsTheirMeaning()
    {
        string[] lines =
        [
            "Accept: */*", "Cookie: a=b", "Cookie: LB=1; a=b; LB=2", "Authorization: b", "X-Session-Id: 7", "X-Request-Id: 8", "Connection: Cookie",
            "Connection: close", "Connection: X-A, keep-alive", "Connection: Upgrade", "Upgrade: websocket", "X-A: 1", "X-B:2",
            "X-Forwarded-For: 1.1.1.1, 2.2.2.2", "X-Forwarded-For:", "X-Forwarded-Host: p", "X-Forwarded-Proto: https", "Forwarded: for=_x",
            "X-Forwarded-For: 203.0.113.9:1, 10.1.1.1", "X-Forwarded-For: unknown", "X-Forwarded-Proto: http",
            "X-Forwarded-Proto:", "Forwarded: for=203.0.113.9;proto=https;host=\"p\", for=10.1.1.1", "Forwarded: proto=https", "Forwarded: proto=http;host=h", "Forwarded: \"",
            "X_Forwarded_For: 9", "X-Real-IP: 9", "Via: 1.0 a", "TE: trailers",
            "Proxy-Authorization: x", "Content-Length: 7", "Content-Length:007", "Transfer-Encoding: chunked", "Transfer-Encoding:\tChunked", "Expect: 100-continue", "Trailer: X", "Host: h",
        ];
        string[] requestLines =
        [
            "GET / HTTP/1.1", "POST /p?q HTTP/1.1", "GET http://a:1?b HTTP/1.1", "OPTIONS http://a HTTP/1.1", "OPTIONS * HTTP/1.1", "GET / HTTP/1.0",
        ];
        Gen<string> head =
            from line in Gen.Int[0, requestLines.Length - 1].Select(i => requestLines[i])
            from fields in Gen.Int[0, lines.Length - 1].Select(i => lines[i]).Array[0, 10]
            select $"{line}\r\n{string.Concat(fields.Select(field => field + "\r\n"))}Date: x\r\nHost: h\r\n\r\n";
        int rewritten = 0;
        head.Sample(
            text =>
            {
                ParsedRequest request = ParsedRequest.Of(Corpus.Bytes(text), Heads.Limits);
                if (request.Status == ParseStatus.Complete)
                {
                    Interlocked.Increment(ref rewritten);
                    foreach (RewriteCase rewrite in RewriteCase.All)
                    {
                        RequestRewriting.Check(request, rewrite);
                    }
                }
            },
            iter: 3000);
        Assert.InRange(rewritten, 500, 3000);
    }

    private static void AssertRewrites(string head, string expected, RewriteCase? rewrite = null)
    {
        ParsedRequest request = Parse(head);
        Assert.Equal(expected, Corpus.Text(RequestRewriting.Rewrite(request, rewrite ?? RewriteCase.Plain)));
        foreach (RewriteCase other in RewriteCase.All)
        {
            RequestRewriting.Check(request, other);
        }
    }

    private static ParsedRequest Parse(string head)
    {
        ParsedRequest request = ParsedRequest.Of(Corpus.Bytes(head), Heads.Limits);
        Assert.Equal(ParseStatus.Complete, request.Status);
        return request;
    }
}

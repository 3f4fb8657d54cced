using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Fuzz.Targets;
using Xunit;

namespace Carousel.Tests.Http;

public class RequestParserTests
{
    private static readonly HeadLimits Limits = new(16 * 1024, 100, AllowsTrace: true);

    public static TheoryData<string> Names => [.. Corpus.Requests.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_EveryPrefixOfAValidHead_NeedsMore(string name)
    {
        byte[] head = Corpus.Requests[name];
        for (int length = 0; length < head.Length; length++)
        {
            ParsedRequest prefix = ParsedRequest.Of(head.AsSpan(0, length), Limits);
            Assert.Equal((ParseStatus.NeedMore, FailureReason.None), (prefix.Status, prefix.Reason));
        }
        ParsedRequest whole = ParsedRequest.Of(head, Limits);
        Assert.Equal((ParseStatus.Complete, FailureReason.None), (whole.Status, whole.Reason));
        Assert.Equal(head.Length, whole.Head.Length);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_BytesAfterTheHead_AreIgnored(string name)
    {
        ParsedRequest alone = ParsedRequest.Of(Corpus.Requests[name], Limits);
        foreach (byte[] behind in (byte[][])[[0], [.. "\r\n"u8], [.. "GET / HTTP/1.1\r\n"u8], new byte[100_000]])
        {
            Assert.True(ParsedRequest.Of([.. Corpus.Requests[name], .. behind], Limits).IsSameAs(alone));
        }
    }

    [Fact]
    public void Parse_OriginForm_SlicesTheLine()
    {
        ParsedRequest request = Parse("GET /a/b?c=d HTTP/1.1\r\nHost: x.org:80\r\nA:  b c \t\r\nEmpty:\r\n\r\nrest");
        RequestHead head = request.Head;
        Assert.Equal(("GET", "/a/b?c=d", "/a/b?c=d", "x.org:80"), Texts(request));
        Assert.Equal((RequestMethod.Get, TargetForm.Origin, BodyKind.None, 0L), (head.Method, head.Form, head.Body, head.ContentLength));
        Assert.Equal((false, true, false, false, false), (head.IsHttp10, head.KeepAlive, head.Upgrade, head.ExpectContinue, head.ConnectionNamesFields));
        Assert.Equal(
            [("Host", "x.org:80", FieldName.Host), ("A", "b c", FieldName.Other), ("Empty", "", FieldName.Other)],
            request.Fields.Select(field => (request.Text(field.Name), request.Text(field.Value), field.Known)));
    }

    [Fact]
    public void Parse_LeadingEmptyLine_CountsInPositions()
    {
        ParsedRequest request = Parse("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal((29, 2), (request.Head.Length, request.Head.MethodToken.Start));
        Assert.Equal(("GET", "/", "/", "a"), Texts(request));
    }

    [Theory]
    [InlineData("GET http://a.b:8080/c?d HTTP/1.1", nameof(TargetForm.Absolute), "a.b:8080", "/c?d")]
    [InlineData("GET HTTPS://[::1]/ HTTP/1.1", nameof(TargetForm.Absolute), "[::1]", "/")]
    [InlineData("GET http://a HTTP/1.1", nameof(TargetForm.Absolute), "a", "")]
    [InlineData("GET http://a?x/y HTTP/1.1", nameof(TargetForm.Absolute), "a", "?x/y")]
    [InlineData("OPTIONS http://a: HTTP/1.1", nameof(TargetForm.Absolute), "a:", "")]
    [InlineData("OPTIONS * HTTP/1.1", nameof(TargetForm.Asterisk), "h", "")]
    [InlineData("OPTIONS /* HTTP/1.1", nameof(TargetForm.Origin), "h", "/*")]
    [InlineData("GET //a@b/c HTTP/1.1", nameof(TargetForm.Origin), "h", "//a@b/c")]
    public void Parse_TargetForms_AreDistinguished(string line, string form, string authority, string path)
    {
        ParsedRequest request = Parse(line + "\r\nHost: h\r\n\r\n");
        Assert.Equal((form, authority, path), (request.Head.Form.ToString(), request.Text(request.Head.Authority), request.Text(request.Head.PathAndQuery)));
    }

    [Theory]
    [InlineData("GET", nameof(RequestMethod.Get))]
    [InlineData("HEAD", nameof(RequestMethod.Head))]
    [InlineData("POST", nameof(RequestMethod.Post))]
    [InlineData("PUT", nameof(RequestMethod.Put))]
    [InlineData("DELETE", nameof(RequestMethod.Delete))]
    [InlineData("OPTIONS", nameof(RequestMethod.Options))]
    [InlineData("TRACE", nameof(RequestMethod.Trace))]
    [InlineData("TRACK", nameof(RequestMethod.Trace))]
    [InlineData("PATCH", nameof(RequestMethod.Patch))]
    [InlineData("UPDATEREDIRECTREFUPDATEREDIRECTR", nameof(RequestMethod.Other))]
    [InlineData("trace", nameof(RequestMethod.Other))]
    [InlineData("get", nameof(RequestMethod.Other))]
    [InlineData("GETS", nameof(RequestMethod.Other))]
    [InlineData("!", nameof(RequestMethod.Other))]
    public void Parse_Method_IsCaseSensitive(string method, string expected)
    {
        ParsedRequest request = Parse($"{method} / HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.Equal((expected, method), (request.Head.Method.ToString(), request.Text(request.Head.MethodToken)));
    }

    [Theory]
    [InlineData("1.1", "", true)]
    [InlineData("1.1", "Connection: close\r\n", false)]
    [InlineData("1.1", "Connection: Keep-Alive , CLOSE\r\n", false)]
    [InlineData("1.1", "Connection: keep-alive\r\nConnection: close\r\n", false)]
    [InlineData("1.1", "Connection: closed\r\n", true)]
    [InlineData("1.0", "", false)]
    [InlineData("1.0", "Connection: keep-alive\r\n", true)]
    [InlineData("1.0", "Connection: keep-alive, close\r\n", false)]
    public void Parse_Connection_DecidesKeepAlive(string version, string fields, bool expected) =>
        Assert.Equal(expected, Parse($"GET / HTTP/{version}\r\nHost: h\r\n{fields}\r\n").Head.KeepAlive);

    [Theory]
    [InlineData("Content-Length: 0\r\n", nameof(BodyKind.Length), 0)]
    [InlineData("Content-Length: 0042\r\n", nameof(BodyKind.Length), 42)]
    [InlineData("Content-Length: 7\r\nContent-Length: 07\r\n", nameof(BodyKind.Length), 7)]
    [InlineData("Content-Length: 9223372036854775807\r\n", nameof(BodyKind.Length), long.MaxValue)]
    [InlineData("Transfer-Encoding: chunked\r\n", nameof(BodyKind.Chunked), 0)]
    [InlineData("transfer-encoding:CHUNKED \r\n", nameof(BodyKind.Chunked), 0)]
    public void Parse_Framing_IsRead(string fields, string body, long length)
    {
        RequestHead head = Parse($"POST / HTTP/1.1\r\nHost: h\r\n{fields}\r\n").Head;
        Assert.Equal((body, length), (head.Body.ToString(), head.ContentLength));
    }

    [Theory]
    [InlineData("1.1", "Connection: upgrade\r\nUpgrade: websocket\r\n", true)]
    [InlineData("1.1", "Upgrade: websocket\r\nConnection: a, Upgrade\r\n", true)]
    [InlineData("1.1", "Upgrade: websocket\r\n", false)]
    [InlineData("1.1", "Connection: upgrade\r\n", false)]
    [InlineData("1.1", "Connection: upgrade\r\nUpgrade: H2C\r\n", false)]
    [InlineData("1.1", "Connection: upgrade\r\nUpgrade: websocket, h2c\r\n", false)]
    [InlineData("1.0", "Connection: upgrade\r\nUpgrade: websocket\r\n", false)]
    public void Parse_Upgrade_RequiresOptionAndFieldAndNoHttp2(string version, string fields, bool expected) =>
        Assert.Equal(expected, Parse($"GET / HTTP/{version}\r\nHost: h\r\n{fields}\r\n").Head.Upgrade);

    [Theory]
    [InlineData("1.1", "100-Continue", true)]
    [InlineData("1.0", "100-continue", false)]
    [InlineData("1.0", "anything", false)]
    public void Parse_Expect_IsIgnoredOnHttp10(string version, string value, bool expected) =>
        Assert.Equal(expected, Parse($"PUT / HTTP/{version}\r\nHost: h\r\nExpect: {value}\r\n\r\n").Head.ExpectContinue);

    [Theory]
    [InlineData("X-Hop", true)]
    [InlineData("close, cookie", true)]
    [InlineData("TE, keep-alive, Upgrade, , close", false)]
    [InlineData("Host, Content-Length, X-Forwarded-For, X-Forwarded-Port, X-Session-Id, Set-Cookie, Via", false)]
    public void Parse_ConnectionNames_AreDetected(string value, bool expected) =>
        Assert.Equal(expected, Parse($"GET / HTTP/1.1\r\nHost: h\r\nConnection: {value}\r\n\r\n").Head.ConnectionNamesFields);

    [Fact]
    public void Parse_LimitReachedInTheTarget_IsTargetTooLong()
    {
        string line = "GET /" + new string('a', 100);
        var limits = new HeadLimits(64, 10);
        Assert.Equal(ParseStatus.NeedMore, ParsedRequest.Of(Corpus.Bytes(line[..63]), limits).Status);
        Assert.Equal(FailureReason.TargetTooLong, ParsedRequest.Of(Corpus.Bytes(line[..64]), limits).Reason);
        Assert.Equal(FailureReason.TargetTooLong, ParsedRequest.Of(Corpus.Bytes(line), limits).Reason);
    }

    [Fact]
    public void Parse_HeadOfExactlyTheLimit_IsCompleteAndOneMoreIsNot()
    {
        byte[] head = Corpus.Bytes("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.Equal(ParseStatus.Complete, ParsedRequest.Of(head, new HeadLimits(head.Length, 10)).Status);
        Assert.Equal(FailureReason.HeadTooLarge, ParsedRequest.Of(head, new HeadLimits(head.Length - 1, 10)).Reason);
        Assert.Equal(ParseStatus.NeedMore, ParsedRequest.Of(head.AsSpan(0, head.Length - 2), new HeadLimits(head.Length - 1, 10)).Status);
    }

    [Fact]
    public void Parse_MaxFields_IsCompleteAndOneMoreIsNot()
    {
        string head = "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nC: d\r\n";
        Assert.Equal(ParseStatus.Complete, ParsedRequest.Of(Corpus.Bytes(head + "\r\n"), new HeadLimits(1000, 3)).Status);
        Assert.Equal(FailureReason.HeadTooLarge, ParsedRequest.Of(Corpus.Bytes(head + "E"), new HeadLimits(1000, 3)).Reason);
    }

    private static ParsedRequest Parse(string head)
    {
        ParsedRequest request = ParsedRequest.Of(Corpus.Bytes(head), Limits);
        Assert.Equal((ParseStatus.Complete, FailureReason.None), (request.Status, request.Reason));
        return request;
    }

    private static (string Method, string Target, string Path, string Authority) Texts(ParsedRequest request) =>
        (request.Text(request.Head.MethodToken), request.Text(request.Head.Target), request.Text(request.Head.PathAndQuery), request.Text(request.Head.Authority));
}

using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions;

/// <summary>The balancer's cookie is removed from requests to servers; every other cookie is forwarded byte for byte.</summary>
public class HiddenCookieTests
{
    /// <summary>Cookie fields of a request, @ for the session's cookie, and the fields expected at the server.</summary>
    public static TheoryData<string[], string[]> Places => new()
    {
        { ["@"], [] },
        { ["@; a=1"], ["a=1"] },
        { ["a=1; @"], ["a=1"] },
        { ["a=1; @; b=2"], ["a=1; b=2"] },
        { ["@; @"], [] },
        { ["@; a=1; @; b=2; @"], ["a=1; b=2"] },
        { ["a=1", "@"], ["a=1"] },
        { ["@", "a=1"], ["a=1"] },
        { ["a=1", "b=2; @; c=3", "@"], ["a=1", "b=2; c=3"] },
        { ["a=\"x\"; @; b=\"y=; z\""], ["a=\"x\"; b=\"y=; z\""] },
        { ["a=\"\\\"; @; b=\""], ["a=\"\\\"; b=\""] },
        { ["a=1; xLB_SESSION=no; LB_SESSIONx=no; lb_session=no; @"], ["a=1; xLB_SESSION=no; LB_SESSIONx=no; lb_session=no"] },
        { ["a=LB_SESSION; b; =c; @; d="], ["a=LB_SESSION; b; =c; d="] },
        { ["a=1, b=2; @"], ["a=1, b=2"] },
    };

    /// <summary>Never sent by browsers: only the pairs must be the same, not the blanks between them.</summary>
    public static TheoryData<string> OddSpacing => [
        "a=1;@;b=2", "a=1 ;  @  ;b=2", "@;a=1", "a=1;@", "; @; a=1", "a=1; @;", "a=1;;@;;b=2", "\t@\t; a=1", "a = 1 ; @ ; b= 2", "a=1; @ ; ",
    ];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Hidden_InAnyPlace_OthersArriveByteForByte(string[] sent, string[] seen)
    {
        (Message request, IssuedCookie cookie) = await SendAsync(sent, []);
        Assert.Equal(seen, CookieFields(request));
        Assert.DoesNotContain(cookie.Value, request.Head);
        Assert.Equal(cookie.Id, request["X-Session-Id"]);
    }

    [Theory]
    [MemberData(nameof(OddSpacing))]
    public async Task Hidden_OddSpacing_OtherPairsArrive(string sent)
    {
        (Message request, IssuedCookie cookie) = await SendAsync([sent], []);
        Assert.Equal(Pairs(sent).Where(pair => pair != "@"), CookieFields(request).SelectMany(Pairs));
        Assert.DoesNotContain(cookie.Value, request.Head);
        Assert.Equal(cookie.Id, request["X-Session-Id"]);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Forwarded_InAnyPlace_EverythingArrivesUnchanged(string[] sent, string[] _)
    {
        (Message request, IssuedCookie cookie) = await SendAsync(sent, ["--session-cookie-forward"]);
        Assert.Equal(sent.Select(line => line.Replace("@", cookie.Pair)), CookieFields(request));
        Assert.Equal(cookie.Id, request["X-Session-Id"]);
    }

    [Theory]
    [InlineData("LB_SESSION=")]
    [InlineData("LB_SESSION=forged")]
    [InlineData("LB_SESSION=\"quoted\"")]
    public async Task Hidden_NoGoodCookie_IsHiddenAsWell(string bad)
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        await balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1; {bad}; b=2\r\n\r\n");
        Assert.Equal(["a=1; b=2"], CookieFields(Assert.Single(server.Requests)));
    }

    [Fact]
    public async Task Off_CookieOfThatName_IsForwarded()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server, "--session", "off");
        await balancer.RequestAsync("GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1; LB_SESSION=theirs\r\n\r\n");
        Assert.Equal(["a=1; LB_SESSION=theirs"], CookieFields(Assert.Single(server.Requests)));
    }

    private static async Task<(Message Request, IssuedCookie Cookie)> SendAsync(string[] fields, string[] options)
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server, ["--session", "shared", .. options]);
        IssuedCookie cookie = IssuedCookie.Of(await balancer.GetAsync());
        string lines = string.Concat(fields.Select(line => $"Cookie: {line.Replace("@", cookie.Pair)}\r\n"));
        Message response = await balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: a\r\n{lines}X-Last: 1\r\n\r\n");
        Assert.Equal(200, response.Status);
        Assert.Null(IssuedCookie.In(response));
        return (server.Requests.Last(), cookie);
    }

    private static IEnumerable<string> CookieFields(Message request) =>
        request.Fields.Where(field => field.Name == "Cookie").Select(field => field.Value);

    private static IEnumerable<string> Pairs(string line) => line.Split(';').Select(pair => pair.Trim(' ', '\t')).Where(pair => pair.Length > 0);
}

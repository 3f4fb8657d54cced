using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions;

/// <summary>Requests that carry their own state get neither cookie nor id.</summary>
public class StatelessTests
{
    // RFC 7515 appendix A.1, and one without a signature (appendix A.5).
    private const string Signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    private const string Unsigned = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";

    public static TheoryData<string> Stateless =>
    [
        "Authorization: Bearer x", "authorization: bearer x", "AUTHORIZATION: BEARER abc.def", $"Cookie: token={Signed}", $"Cookie: a=1; token={Unsigned}; b=2",
        $"Cookie: a=1\r\nCookie: id_token={Signed}",
    ];

    public static TheoryData<string> Ordinary =>
    [
        "Authorization: Basic YTpi", "Authorization: Bearer", "Authorization: Bearerx y", "Cookie: a=eyJ", "Cookie: a=eyJhbGciOiJub25lIn0.x", "X-Token: " + Signed,
        "Cookie: a=b.c.d",
    ];

    [Theory]
    [MemberData(nameof(Stateless))]
    public async Task Stateless_NewClient_GetsNeitherCookieNorId(string field)
    {
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        Message response = await RequestAsync(balancer, field);
        Assert.Equal(200, response.Status);
        Assert.Null(response["Set-Cookie"]);
        Assert.Equal("one - -", response.Text);
        Assert.Contains(field, server.Requests.Last().Head, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Stateless))]
    public async Task Stateless_WithAGoodCookie_KeepsTheSession(string field)
    {
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        using var client = new SessionClient(balancer);
        await client.GetAsync();
        Message response = await client.GetAsync(fields: field + "\r\n");
        Assert.Equal(client.Id, Echo.Id(response));
        Assert.Equal(1, client.Given);
    }

    [Theory]
    [MemberData(nameof(Stateless))]
    public async Task Stateless_RuleOff_GetsASession(string field)
    {
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared", "--session-stateless", "off");
        Message response = await RequestAsync(balancer, field);
        Assert.Equal(IssuedCookie.Of(response).Id, Echo.Id(response));
    }

    [Theory]
    [MemberData(nameof(Ordinary))]
    public async Task Ordinary_LooksAlmostStateless_GetsTheCookie(string field)
    {
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        Message response = await RequestAsync(balancer, field);
        Assert.Equal(IssuedCookie.Of(response).Id, Echo.Id(response));
    }

    private static Task<Message> RequestAsync(Balancer balancer, string field) => balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n");
}

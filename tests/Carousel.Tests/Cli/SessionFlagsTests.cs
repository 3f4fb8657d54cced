using Carousel.Cli;
using Carousel.Core.Sessions;
using Xunit;

namespace Carousel.Tests.Cli;

public class SessionFlagsTests
{
    [Fact]
    public void Parse_NoFlag_TakesTheDefaults()
    {
        SessionOptions options = Parse("");
        Assert.Equivalent(new SessionOptions(), options, strict: true);
        Assert.Equal((SessionMode.Shared, "LB_SESSION", TimeSpan.FromHours(24)), (options.Mode, options.CookieName, options.Ttl));
    }

    [Fact]
    public void Parse_EveryFlag_IsApplied() => Assert.Equivalent(
        new SessionOptions
        {
            Mode = SessionMode.Sticky,
            CookieName = "__Host-sid",
            Ttl = TimeSpan.FromMinutes(90),
            SameSite = SameSite.Strict,
            Domain = "example.com",
            SparesStateless = false,
            ForwardsCookie = true,
            HiddenFields = ["X-One", "x-two", "X-Three"],
            NewRecordsPerSecond = 50,
            KeyRotation = TimeSpan.FromDays(7),
        },
        Parse("--session sticky --session-cookie __Host-sid --session-ttl 1h30m --session-same-site strict --session-domain example.com"
            + " --session-stateless off --session-cookie-forward --session-hide X-One,x-two --session-hide X-Three --session-new-records 50"
            + " --session-key-rotate 168h"),
        strict: true);

    [Theory]
    [InlineData("shared", SessionMode.Shared)]
    [InlineData("sticky", SessionMode.Sticky)]
    [InlineData("off", SessionMode.Off)]
    public void Parse_Mode_IsTaken(string word, SessionMode expected) => Assert.Equal(expected, Parse($"--session {word}").Mode);

    [Theory]
    [InlineData("lax", SameSite.Lax)]
    [InlineData("strict", SameSite.Strict)]
    [InlineData("none", SameSite.None)]
    public void Parse_SameSite_IsTaken(string word, SameSite expected) => Assert.Equal(expected, Parse($"--session-same-site {word}").SameSite);

    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData(".example.com", "example.com")]
    [InlineData("localhost", "localhost")]
    [InlineData("a-b.c1", "a-b.c1")]
    public void Parse_Domain_IsTaken(string text, string expected) => Assert.Equal(expected, Parse($"--session-domain {text}").Domain);

    [Fact]
    public void Parse_LongestNames_AreTaken()
    {
        string cookie = new('c', SessionOptions.MaxCookieName), field = new('f', 255);
        string domain = string.Join('.', new string('d', 63), new string('e', 63), new string('f', 63), new string('g', 61));
        Assert.Equal(SessionOptions.MaxDomain, domain.Length);
        SessionOptions options = Parse($"--session-cookie {cookie} --session-domain {domain} --session-hide {field}");
        Assert.Equal((cookie, domain, field), (options.CookieName, options.Domain, Assert.Single(options.HiddenFields)));
        // The engine accepts the same lengths.
        Assert.True(new CredentialNames(options.HiddenFields).Contains(System.Text.Encoding.ASCII.GetBytes(field)));
    }

    [Theory]
    [InlineData("--session", "--session needs a value: one of shared, sticky, off")]
    [InlineData("--session on", "--session: expected one of shared, sticky, off, found \"on\"")]
    [InlineData("--session Sticky", "--session: expected one of shared, sticky, off, found \"Sticky\"")]
    [InlineData("--session off --session off", "--session is given 2 times: give it once")]
    [InlineData("--session-cookie a;b", "--session-cookie: expected a cookie's name of at most 64 letters, digits or any of !#$%&'*+-.^_`|~, found \"a;b\"")]
    [InlineData("--session-cookie a=b", "--session-cookie: expected a cookie's name of at most 64 letters, digits or any of !#$%&'*+-.^_`|~, found \"a=b\"")]
    [InlineData("--session-ttl 1s", "--session-ttl: expected a duration from 2s to 8760h such as 500ms, 10s or 2m, found \"1s\"")]
    [InlineData("--session-ttl 8761h", "--session-ttl: expected a duration from 2s to 8760h such as 500ms, 10s or 2m, found \"8761h\"")]
    [InlineData("--session-same-site Lax", "--session-same-site: expected one of lax, strict, none, found \"Lax\"")]
    [InlineData("--session-domain a;b", "--session-domain: expected a domain such as example.com, found \"a;b\"")]
    [InlineData("--session-domain a..b", "--session-domain: expected a domain such as example.com, found \"a..b\"")]
    [InlineData("--session-domain .", "--session-domain: expected a domain such as example.com, found \".\"")]
    [InlineData("--session-domain a:80", "--session-domain: expected a domain such as example.com, found \"a:80\"")]
    [InlineData("--session-stateless no", "--session-stateless: expected one of on, off, found \"no\"")]
    [InlineData("--session-hide a:b", "--session-hide: expected a header field's name, found \"a:b\"")]
    [InlineData("--session-new-records 0", "--session-new-records: expected a number from 1 to 1000000, found \"0\"")]
    [InlineData("--session-key-rotate 59s", "--session-key-rotate: expected a duration from 1m to 8760h such as 500ms, 10s or 2m, found \"59s\"")]
    [InlineData("--session-tll 1h", "unknown flag \"--session-tll\": did you mean --session-ttl?")]
    public void Parse_Invalid_IsAnErrorWithARemedy(string line, string expected) => Assert.Equal(
        expected, Assert.Single(Assert.IsType<Request.Invalid>(CommandLine.Parse(["-f", "a", .. line.Split(' ')])).Errors));

    [Theory]
    [InlineData("--session-cookie", SessionOptions.MaxCookieName)]
    [InlineData("--session-hide", 255)]
    [InlineData("--session-domain", 63)]
    public void Parse_OneCharacterTooLong_IsAnError(string flag, int longest)
    {
        Assert.IsType<Request.Run>(CommandLine.Parse(["-f", "a", flag, new string('x', longest)]));
        Assert.IsType<Request.Invalid>(CommandLine.Parse(["-f", "a", flag, new string('x', longest + 1)]));
    }

    private static SessionOptions Parse(string line) => Assert.IsType<Request.Run>(
        CommandLine.Parse(["-f", "a", .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)])).Settings.Pool.Sessions;
}

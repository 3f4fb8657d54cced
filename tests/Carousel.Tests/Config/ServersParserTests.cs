using Carousel.Core.Config;
using Xunit;

namespace Carousel.Tests.Config;

public class ServersParserTests
{
    [Theory]
    [InlineData("http://localhost:8000", "localhost", 8000)]
    [InlineData("http://localhost", "localhost", 80)]
    [InlineData("HTTP://LocalHost:8000/", "localhost", 8000)]
    [InlineData("localhost:8000", "localhost", 8000)]
    [InlineData("web_1", "web_1", 80)]
    [InlineData("api.example.com.:1", "api.example.com.", 1)]
    [InlineData("http://10.0.0.7:65535", "10.0.0.7", 65535)]
    [InlineData("[::1]", "::1", 80)]
    [InlineData("http://[FD00:0:0::7]:8000/", "fd00::7", 8000)]
    [InlineData("xn--bcher-kva.example:81", "xn--bcher-kva.example", 81)]
    [InlineData("3002", "localhost", 3002)]
    [InlineData(":3002", "localhost", 3002)]
    [InlineData(":65535/", "localhost", 65535)]
    [InlineData("\uFEFFhttp://a:1\r\n", "a", 1)]
    [InlineData("\t http://a:1\t# a comment", "a", 1)]
    public void Parse_Address_IsCanonical(string text, string host, int port)
    {
        ServersFile file = ServersParser.Parse(text);

        Assert.Empty(file.Errors);
        Assert.Equal(new ServerAddress(host, port), Assert.Single(file.Servers).Address);
    }

    [Fact]
    public void Parse_AllOptions_AreSet()
    {
        ServersFile file = ServersParser.Parse("# first\n\nhttp://a:1 weight=0 max=200\tbackup drain name=blue # last\r\nb\n");

        Assert.Equal(2, file.Servers.Length);
        Assert.Equal(
            new ServerEntry
            {
                Address = new("a", 1),
                Weight = 0,
                MaxRequests = 200,
                Backup = true,
                Drain = true,
                Name = "blue",
                Line = 3,
            },
            file.Servers[0]);
        Assert.Equal(new ServerEntry { Address = new("b", 80), Name = "b:80", Line = 4 }, file.Servers[1]);
    }

    [Theory]
    [InlineData("server:80800", "1:8: expected a port between 1 and 65535, found \"80800\"")]
    [InlineData("\n  http://a:0", "2:12: expected a port between 1 and 65535, found \"0\"")]
    [InlineData("0", "1:1: expected a port between 1 and 65535, found \"0\"")]
    [InlineData("300200", "1:1: expected a port between 1 and 65535, found \"300200\"")]
    [InlineData("  :70000", "1:4: expected a port between 1 and 65535, found \"70000\"")]
    [InlineData(":", "1:1: expected a port between 1 and 65535, found \"\"")]
    [InlineData(":web", "1:2: expected a port between 1 and 65535, found \"web\"")]
    [InlineData(":1:2", "1:1: put an IPv6 address in brackets, as in [::1]:8000, found \":1:2\"")]
    [InlineData("http://3002", "1:8: expected an IPv4 address such as 10.0.0.1, found \"3002\"")]
    [InlineData("localhost:3001\n3001", "2:1: http://localhost:3001 is already on line 1")]
    [InlineData("http://a:", "1:9: expected a port between 1 and 65535, found \"\"")]
    [InlineData("http://a:-1", "1:10: expected a port between 1 and 65535, found \"-1\"")]
    [InlineData("http://a:8x", "1:10: expected a port between 1 and 65535, found \"8x\"")]
    [InlineData("https://a", "1:1: TLS to servers is not supported yet: use http://")]
    [InlineData("ftp://a", "1:1: expected http://, found \"ftp://\"")]
    [InlineData("http://", "1:1: expected http://host:port")]
    [InlineData("http:///", "1:1: expected http://host:port")]
    [InlineData("http://:80", "1:8: expected a host: a name, an IPv4 address, or an IPv6 address in brackets")]
    [InlineData("http://a/path", "1:9: a server has no path, query or fragment: remove \"/path\"")]
    [InlineData("http://a//", "1:9: a server has no path, query or fragment: remove \"/\"")]
    [InlineData("a?q=1", "1:2: a server has no path, query or fragment: remove \"?q=1\"")]
    [InlineData("http://a#b", "1:9: a server has no path, query or fragment: remove \"#b\"")]
    [InlineData("http://me:pw@a", "1:8: a user or password before the host is not supported: remove it and the \"@\"")]
    [InlineData("http://::1:80", "1:8: put an IPv6 address in brackets, as in [::1]:8000, found \"::1:80\"")]
    [InlineData("http://[::1", "1:8: expected an IPv6 address such as [::1], found \"[::1\"")]
    [InlineData("http://[::g]", "1:8: expected an IPv6 address such as [::1], found \"[::g]\"")]
    [InlineData("http://[10.0.0.1]", "1:8: expected an IPv6 address such as [::1], found \"[10.0.0.1]\"")]
    [InlineData("http://[::1]x:80", "1:8: expected an IPv6 address such as [::1], found \"[::1]x\"")]
    [InlineData("http://[fe80::1%eth0]", "1:8: an address with a zone is not supported: \"[fe80::1%eth0]\"")]
    [InlineData("http://10.0.0", "1:8: expected an IPv4 address such as 10.0.0.1, found \"10.0.0\"")]
    [InlineData("http://010.0.0.1", "1:8: expected an IPv4 address such as 10.0.0.1, found \"010.0.0.1\"")]
    [InlineData("http://256.0.0.1", "1:8: expected an IPv4 address such as 10.0.0.1, found \"256.0.0.1\"")]
    [InlineData("http://0x7f000001", "1:8: expected an IPv4 address such as 10.0.0.1, found \"0x7f000001\"")]
    [InlineData("-a", "1:1: expected a host name, found \"-a\"")]
    [InlineData("a..b", "1:1: expected a host name, found \"a..b\"")]
    [InlineData("a\u001bb", "1:1: expected a host name, found \"a\\u001bb\"")]
    [InlineData("bücher.example",
        "1:1: a name outside ASCII is written in punycode (xn--bcher-kva.example), found \"bücher.example\"")]
    [InlineData("ü\r%", "1:1: a name outside ASCII is written in punycode, found \"ü\\u000d%\"")]
    [InlineData("a wieght=3", "1:3: unknown option \"wieght\": did you mean \"weight\"?")]
    [InlineData("a colour", "1:3: unknown option \"colour\": known are weight=N, max=N, backup, drain and name=WORD")]
    [InlineData("a http://b", "1:3: one server a line: move \"http://b\" to a line of its own")]
    [InlineData("a weight=1001", "1:10: expected a weight between 0 and 1000, found \"1001\"")]
    [InlineData("a max=0", "1:7: expected a limit of requests between 1 and 1000000, found \"0\"")]
    [InlineData("a max=", "1:3: \"max\" needs a value, as in max=200")]
    [InlineData("a name", "1:3: \"name\" needs a value, as in name=blue")]
    [InlineData("a backup=yes", "1:9: \"backup\" takes no value: write backup alone, or leave it out")]
    [InlineData("a drain drain", "1:9: \"drain\" is given twice: give it once")]
    [InlineData("a name=a/b", "1:8: expected a name of letters, digits, \"-\", \"_\" and \".\", at most 64, found \"a/b\"")]
    [InlineData("a\nA:80", "2:1: http://a:80 is already on line 1")]
    [InlineData("[::1]\n\n[0::1]:80", "3:1: http://[::1]:80 is already on line 1")]
    [InlineData("a name=x\nb name=x", "2:8: the name \"x\" is already taken on line 1")]
    public void Parse_BadLine_ReportsErrorAndPosition(string text, string expected)
    {
        ServersFile file = ServersParser.Parse(text);

        Assert.Empty(file.Servers);
        Assert.Equal("servers.txt:" + expected, Assert.Single(file.Errors).Format("servers.txt"));
    }

    /// <summary>A server's syntax is the same in the file and on the command line.</summary>
    [Theory]
    [InlineData("http://localhost:3001")]
    [InlineData(":3002 weight=2")]
    [InlineData("3003 name=blue # so")]
    [InlineData("[::1]:80 max=7 backup")]
    public void ParseArguments_Argument_ParsesAsLine(string text)
    {
        ServersFile arguments = ServersParser.ParseArguments(["http://other", text]);

        Assert.Empty(arguments.Errors);
        Assert.Equal(ServersParser.Parse("http://other\n" + text).Servers, arguments.Servers);
    }

    [Theory]
    [InlineData("argument 2, column 10: expected a port between 1 and 65535, found \"0\"", "a:1", "http://b:0")]
    [InlineData("argument 2, column 5: unknown option \"wieght\": did you mean \"weight\"?", "a:1", "b:1 wieght=3")]
    [InlineData("argument 3, column 1: http://localhost:3001 is already in argument 1", ":3001", ":3002", "http://localhost:3001")]
    [InlineData("argument 2, column 8: the name \"x\" is already taken in argument 1", "a name=x", "b name=x")]
    [InlineData("argument 1, column 5: one server an argument: move \"http://b:2\" to an argument of its own", "a:1 http://b:2")]
    [InlineData("argument 2, column 1: expected a server such as http://localhost:3001, :3001 or \"http://localhost:3001 weight=2\"", "a:1", "  ")]
    [InlineData("argument 1, column 1: expected a server such as http://localhost:3001, :3001 or \"http://localhost:3001 weight=2\"", "# a:1")]
    public void ParseArguments_BadArgument_ReportsErrorAndPosition(string expected, params string[] arguments)
    {
        ServersFile list = ServersParser.ParseArguments(arguments);

        Assert.Empty(list.Servers);
        Assert.Equal(expected, Assert.Single(list.Errors).FormatArgument());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData("\r\n  \n# http://a\n")]
    public void Parse_NoServers_SuggestsALine(string text) => Assert.Equal(
        "servers.txt: no servers: add a line such as http://localhost:8000",
        Assert.Single(ServersParser.Parse(text).Errors).Format("servers.txt"));

    [Fact]
    public void Parse_NulByte_IsRejected() => Assert.Equal(
        "x: not a text file: it has NUL bytes", Assert.Single(ServersParser.Parse("http://a\0\n???").Errors).Format("x"));

    [Fact]
    public void Parse_ManyBadLines_ReportsAllErrors()
    {
        ServersFile file = ServersParser.Parse("http://good\nhttps://a weight=x\n-:0 max=0");

        Assert.Equal([(2, 1), (2, 18), (3, 1), (3, 3), (3, 9)], file.Errors.Select(error => (error.Line, error.Column)));
    }

    [Fact]
    public void Parse_LongToken_IsTruncatedInMessage()
    {
        string message = Assert.Single(ServersParser.Parse(new string('a', 10_000)).Errors).Message;

        Assert.InRange(message.Length, 64, 128);
        Assert.EndsWith("...\"", message);
    }
}

using Carousel.Cli;
using Carousel.Core.Config;
using Xunit;

namespace Carousel.Tests.Cli;

/// <summary><c>carousel http://localhost:3001 :3002</c>: servers on the command line.</summary>
public class ServerArgumentsTests
{
    [Theory]
    [InlineData("http://localhost:3001", ":3002", "3003")]
    [InlineData("-p", "80", "http://localhost:3001", ":3002", "3003")]
    [InlineData("http://localhost:3001", "-p", "80", ":3002", "--panic", "3003")]
    [InlineData("http://localhost:3001", ":3002", "3003", "--port=80", "--policy", "random")]
    [InlineData("-p80", "--", "http://localhost:3001", ":3002", "3003")]
    public void Parse_Servers_AreReadAtEveryPosition(params string[] args)
    {
        Request.Run run = Assert.IsType<Request.Run>(CommandLine.Parse(args));

        Assert.Null(run.File);
        Assert.Equal(["http://localhost:3001", "http://localhost:3002", "http://localhost:3003"], run.Servers.Select(server => server.Address.Url));
    }

    [Fact]
    public void Parse_ServerWithOptions_IsALineOfTheFile()
    {
        const string line = "http://10.0.0.7:8000 weight=3 max=200 backup drain name=blue";

        Assert.Equal(ServersParser.Parse(line).Servers, Assert.IsType<Request.Run>(CommandLine.Parse([line])).Servers);
    }

    [Fact]
    public void Parse_File_HasNoServersOfTheCommandLine() => Assert.Empty(Assert.IsType<Request.Run>(CommandLine.Parse(["-f", "a"])).Servers);

    [Theory]
    [InlineData("unexpected \":3001\": servers are read from --file: add it there, or leave --file out", "-f", "a", ":3001")]
    [InlineData("unexpected \"b.txt\": servers are read from --file: add it there, or leave --file out", "-f", "a.txt", "b.txt")]
    [InlineData("argument 2, column 3: expected a port between 1 and 65535, found \"x\"", "a:1", "b:x")]
    [InlineData("argument 1, column 2: expected a port between 1 and 65535, found \"80800\"", "-p", "80", ":80800")]
    [InlineData("argument 1, column 1: TLS to servers is not supported yet: use http://", "https://a.example")]
    [InlineData("argument 1, column 1: expected a server such as http://localhost:3001, :3001 or \"http://localhost:3001 weight=2\"", "")]
    [InlineData("unexpected \"weight=2\": quote an option with its server, as in \"http://a:1 weight=2\"", "http://a:1", "weight=2", ":3002")]
    [InlineData("unexpected \"backup\": quote an option with its server, as in \":3001 backup\"", ":3001", "backup")]
    [InlineData("unexpected \"max\": quote an option with its server, as in \"http://localhost:3001 max\"", "max")]
    [InlineData("unexpected \"start\": no such command (see carousel --help); a server of that name is written start:80", "start")]
    [InlineData("unexpected \"localhost\": no such command (see carousel --help); a server of that name is written localhost:80", "localhost", ":3001")]
    [InlineData("unexpected \"chek\": did you mean \"check\"?", "chek", ":3001")]
    [InlineData("unexpected \"servers.txt\": a file needs -f: carousel -f servers.txt", "servers.txt")]
    [InlineData("unexpected \"./conf/servers\": a file needs -f: carousel -f ./conf/servers", "./conf/servers", "-p", "80")]
    [InlineData("argument 1 has several lines: pass each server as its own argument, or use a file: carousel -f servers.txt", "http://a:1\nhttp://b:1")]
    [InlineData("unexpected \":3001\" before the command drain: put the command first; quote an option with its server, as in \":3001 drain\"", ":3001", "drain")]
    [InlineData("unexpected \"http://a:1\" before the command weight: put the command first; quote an option with its server, as in \"http://a:1 weight\"", "http://a:1", "weight", "3")]
    [InlineData("unexpected \":3001\" before the command check: put the command first", "--panic", ":3001", "check", "a")]
    [InlineData("unknown flag \"--prot\": did you mean --port?", "--prot", "80")]
    [InlineData("--watch has no effect with servers as arguments: list them in a file (-f servers.txt), or leave --watch out", ":3001", "--watch", "off")]
    [InlineData("--last-good has no effect with servers as arguments: list them in a file (-f servers.txt), or leave --last-good out", ":3001", "--last-good", "off")]
    [InlineData("--save has no effect with servers as arguments: list them in a file (-f servers.txt), or leave --save out", ":3001", "--save")]
    public void Parse_Invalid_IsAnErrorWithARemedy(string expected, params string[] args) =>
        Assert.Equal(expected, Assert.Single(Assert.IsType<Request.Invalid>(CommandLine.Parse(args)).Errors));

    [Fact]
    public void Parse_SeveralErrors_AreInTheOrderOfTheArguments() => Assert.Equal(
        [
            "argument 1, column 4: expected a port between 1 and 65535, found \"0\"",
            "argument 1, column 13: expected a weight between 0 and 1000, found \"x\"",
            "unexpected \"draim\": did you mean \"drain\"?",
            "argument 3, column 2: expected a port between 1 and 65535, found \"\u2026\"",
        ],
        Assert.IsType<Request.Invalid>(CommandLine.Parse(["a.:0 weight=x", "draim", ":\u2026"])).Errors);

    /// <summary>A flag's value does not count as a word before the command, even if it is the name of a command.</summary>
    [Theory]
    [InlineData("drain", "blue", "--admin-token-file", "check")]
    [InlineData("--admin", "7779", "drain", "blue")]
    public void Parse_ValueOfAFlagOfACommand_IsNoServer(params string[] args) =>
        Assert.Equal("blue", Assert.IsType<AdminOrder.Drain>(Assert.IsType<Request.Admin>(CommandLine.Parse(args)).Order).Name);
}

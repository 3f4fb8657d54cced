using System.Net;
using Carousel.Cli;
using Carousel.Control.Store.Embedded;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Engine;
using Xunit;

namespace Carousel.Tests.Cli;

public class CommandLineTests
{
    private const string WhichServers = "no servers: give them as arguments (carousel http://localhost:3001 :3002) or in a file, one per line (carousel -f servers.txt), "
        + "or try carousel demo";

    [Fact]
    public void Parse_FileOnly_TakesTheDefaultsOfTheEngine()
    {
        Request.Run run = Assert.IsType<Request.Run>(CommandLine.Parse(["-f", "servers.txt"]));

        Assert.Equal("servers.txt", run.File);
        Assert.Equivalent(new EngineOptions(), run.Settings.Engine, strict: true);
        Assert.Equivalent(new PoolOptions(), run.Settings.Pool, strict: true);
        Assert.Null(run.Settings.MaxConnections);
        Assert.Equal(TimeSpan.FromSeconds(30), run.Settings.DrainTimeout);
        Assert.Equal(TimeSpan.FromSeconds(30), run.Settings.ResolveInterval);
        Assert.False(run.Settings.Log.ClientsToo);
    }

    [Fact]
    public void Parse_EveryFlag_IsApplied()
    {
        string[] args =
            ("--file=s.txt -p8080 --bind 127.0.0.1,[::1] --bind 127.0.0.1 --bind=10.0.0.1 --workers 3 --max-head 8k --max-fields 50 --head-timeout 1s"
            + " --idle-timeout 2s --connect-timeout 300ms --answer-timeout 4s --body-timeout 5s --tunnel-timeout 6m --server-idle-timeout 7s"
            + " --max-connections 1000 --max-connections-per-client 9 --trusted-proxy 10.0.0.0/8,fd00::/8 --trusted-proxy 192.168.1.1"
            + " --forwarded --trace-method on --drain-timeout 0s --resolve-interval 1m30s --log-clients").Split(' ');

        Request.Run run = Assert.IsType<Request.Run>(CommandLine.Parse(args));

        Assert.Equal("s.txt", run.File);
        var expected = new EngineOptions
        {
            Bind = [IPAddress.Loopback, IPAddress.IPv6Loopback, IPAddress.Parse("10.0.0.1")],
            Port = 8080,
            Workers = 3,
            MaxHead = 8192,
            MaxFields = 50,
            HeadTimeout = TimeSpan.FromSeconds(1),
            IdleTimeout = TimeSpan.FromSeconds(2),
            BodyTimeout = TimeSpan.FromSeconds(5),
            TunnelTimeout = TimeSpan.FromMinutes(6),
            MaxConnectionsPerClient = 9,
            TrustedProxies = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8"), IPNetwork.Parse("192.168.1.1/32")],
            SendForwarded = true,
            AllowsTrace = true,
        };
        PoolOptions pool = run.Settings.Pool;
        Assert.Equal((TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(7)), (pool.ConnectTimeout, pool.AnswerTimeout, pool.ServerIdleTimeout));
        EngineOptions engine = run.Settings.Engine;
        Assert.Equal(expected.Bind, engine.Bind);
        Assert.Equal(expected.TrustedProxies, engine.TrustedProxies);
        Assert.Equal(expected with { Bind = engine.Bind, TrustedProxies = engine.TrustedProxies }, engine);
        Assert.Equal(1000, run.Settings.MaxConnections);
        Assert.Equal(TimeSpan.Zero, run.Settings.DrainTimeout);
        Assert.Equal(TimeSpan.FromSeconds(90), run.Settings.ResolveInterval);
        Assert.True(run.Settings.Log.ClientsToo);
    }

    [Theory]
    [InlineData("", WhichServers)]
    [InlineData("--port 80", WhichServers)]
    [InlineData("check", "no file: name one, as in carousel check servers.txt")]
    [InlineData("check a b", "unexpected \"b\": carousel check reads one file")]
    [InlineData("check -f a b", "unexpected \"b\": carousel check reads one file")]
    [InlineData("-f", "--file needs a value: the path of a file")]
    [InlineData("-f a -f b", "--file is given 2 times: give it once")]
    [InlineData("-f a -p", "--port needs a value: a number from 0 to 65535")]
    [InlineData("-f a -p 65536", "--port: expected a number from 0 to 65535, found \"65536\"")]
    [InlineData("-f a -p -1", "--port: expected a number from 0 to 65535, found \"-1\"")]
    [InlineData("-f a --workers 0", "--workers: expected a number from 1 to 256, found \"0\"")]
    [InlineData("-f a --max-head 1m", "--max-head: expected a size from 1k to 48k such as 16k, found \"1m\"")]
    [InlineData("-f a --head-timeout 0s", "--head-timeout: expected a duration from 1ms to 24h such as 500ms, 10s or 2m, found \"0s\"")]
    [InlineData("-f a --idle-timeout 75", "--idle-timeout: expected a duration from 1ms to 24h such as 500ms, 10s or 2m, found \"75\"")]
    [InlineData("-f a --resolve-interval 1ms", "--resolve-interval: expected a duration from 1s to 24h such as 500ms, 10s or 2m, found \"1ms\"")]
    [InlineData("-f a --bind localhost",
        "--bind: expected an IP address of this machine such as 127.0.0.1 or ::1 (omit the flag for all addresses), found \"localhost\"")]
    [InlineData("-f a --bind", "--bind needs a value: an IP address of this machine such as 127.0.0.1 or ::1 (omit the flag for all addresses)")]
    [InlineData("-f a --trusted-proxy 10.0.0.0/33", "--trusted-proxy: expected a network such as 10.0.0.0/8, or an address, found \"10.0.0.0/33\"")]
    [InlineData("-f a --prot 80", "unknown flag \"--prot\": did you mean --port?")]
    [InlineData("-f a --colour=red", "unknown flag \"--colour\": carousel --help lists all flags")]
    [InlineData("check -f a --workers 2", "unknown flag \"--workers\": carousel check --help lists its flags")]
    [InlineData("-f a --store redis:/x", "--store: expected redis://host:port, rediss://host:port, embedded, none or auto, found \"redis:/x\"")]
    [InlineData("-f a --store redis://:x@h --store-password-file b", "--store-password-file: --store has a password already: give it once")]
    [InlineData("-f a --store-memory 1k", "--store-memory: expected a size from 16m to 64g such as 256m, found \"1k\"")]
    [InlineData("session", "expected carousel session list or carousel session show ID")]
    [InlineData("session lost", "carousel session \"lost\": expected list or show")]
    [InlineData("session show", "no session: expected carousel session show ID, or a cookie's value")]
    [InlineData("session show a b", "unexpected \"b\": carousel session --help lists its arguments")]
    [InlineData("session list --workers 2", "unknown flag \"--workers\": carousel session --help lists its flags")]
    [InlineData("session list --limit 0", "--limit: expected a number from 1 to 10000, found \"0\"")]
    [InlineData("session list --store none", "--store none: there is no store to read")]
    [InlineData("help chek", "there is no command \"chek\": did you mean \"check\"?")]
    [InlineData("help list", "there is no command \"list\": carousel help lists all commands")]
    [InlineData("version x", "unexpected \"x\": carousel version --help lists its arguments")]
    [InlineData("demo :3001", "unexpected \":3001\": carousel demo --help lists its arguments")]
    [InlineData("demo-server --name a/b", "--name: expected a name, found \"a/b\"")]
    [InlineData("chek -f a", "unexpected \"chek\": did you mean \"check\"?")]
    [InlineData("-f a @b", "unexpected \"@b\": servers are read from --file: add it there, or leave --file out")]
    public void Parse_Invalid_IsAnErrorWithARemedy(string line, string expected)
    {
        string[] args = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(expected, Assert.Single(Assert.IsType<Request.Invalid>(CommandLine.Parse(args)).Errors));
    }

    [Fact]
    public void Parse_SeveralErrors_AreAllReported() => Assert.Equal(
        3, Assert.IsType<Request.Invalid>(CommandLine.Parse(["-f", "a", "-p", "x", "--workers", "y", "--nonsense"])).Errors.Count);

    [Theory]
    [InlineData("check", "--file", "a b")]
    [InlineData("check", "-f", "a b")]
    [InlineData("check", "a b")]
    public void Parse_Check_TakesTheFile(params string[] args) => Assert.Equal(new Request.Check("a b"), CommandLine.Parse(args));

    [Fact]
    public void Parse_StoreFlags_AreTaken()
    {
        string[] args = "-f a --store embedded:7000 --store-password-file p --data d --store-memory 1g".Split(' ');

        RunSettings settings = Assert.IsType<Request.Run>(CommandLine.Parse(args)).Settings;

        Assert.Equal("embedded:7000", settings.Store.ToString());
        Assert.Equal("p", settings.StorePasswordFile);
        Assert.Equal(("d", 1L << 30), (settings.EmbeddedStore.DataDirectory, settings.EmbeddedStore.Memory));
    }

    [Fact]
    public void Parse_NoStoreFlags_IsAuto()
    {
        RunSettings settings = Assert.IsType<Request.Run>(CommandLine.Parse(["-f", "a"])).Settings;

        Assert.Equal(StoreAddress.Auto, settings.Store);
        Assert.Equal(new EmbeddedStoreOptions(), settings.EmbeddedStore);
        Assert.Null(settings.StorePasswordFile);
    }

    [Theory]
    [InlineData("session list", null, 20, "localhost:6379")]
    [InlineData("session list --limit 5 --store embedded:7000", null, 5, "embedded:7000")]
    [InlineData("session show abc --store redis://h", "abc", 20, "redis://h:6379")]
    public void Parse_Session_TakesWhatToShow(string line, string? shown, int limit, string store)
    {
        Request.Sessions sessions = Assert.IsType<Request.Sessions>(CommandLine.Parse(line.Split(' ')));

        Assert.Equal((shown, limit, store), (sessions.Shown, sessions.Limit, sessions.Store.ToString()));
    }

    [Fact]
    public void Parse_Demo_TakesThePort() => Assert.Equal(
        8000, Assert.IsType<Request.Demo>(CommandLine.Parse(["demo", "-p", "8000"])).Settings.Engine.Port);

    [Theory]
    [InlineData("--version")]
    [InlineData("-v")]
    [InlineData("version")]
    public void Parse_Version_IsNameAndNumber(string word) =>
        Assert.Matches(@"^carousel \d+\.\d+\.\d+$", Assert.IsType<Request.Print>(CommandLine.Parse([word])).Text);

    [Theory]
    [InlineData("help", "--help")]
    [InlineData("help check", "check --help")]
    [InlineData("help demo-server", "demo-server --help")]
    [InlineData("help session list", "session list --help")]
    [InlineData("help drain", "drain --help")]
    [InlineData("help version", "--help")]
    public void Parse_HelpOfACommand_IsItsHelp(string line, string same) => Assert.Equal(
        Assert.IsType<Request.Print>(CommandLine.Parse(same.Split(' '))).Text, Assert.IsType<Request.Print>(CommandLine.Parse(line.Split(' '))).Text);

    [Theory]
    [InlineData("demo-server", 8080, null)]
    [InlineData("demo-server --port 80 --name web-0", 80, "web-0")]
    public void Parse_DemoServer_TakesPortAndName(string line, int port, string? name) =>
        Assert.Equal(new Request.DemoServer(port, name), CommandLine.Parse(line.Split(' ')));

    [Fact]
    public void Parse_LastGood_IsAFileOrOff()
    {
        Assert.Equal(new LastGoodPlace(null), Run("-f a").LastGood);
        Assert.Equal(new LastGoodPlace("l"), Run("-f a --last-good l").LastGood);
        Assert.Equal(LastGoodPlace.Off, Run("-f a --last-good off").LastGood);
    }

    [Fact]
    public void Parse_DataOff_IsInMemory()
    {
        EmbeddedStoreOptions store = Run("-f a --data off").EmbeddedStore;

        Assert.Null(store.DataDirectory);
        Assert.Equal("--data off", store.WhyInMemory);
    }

    [Theory]
    [InlineData("--help", "Examples:\n  carousel http://localhost:3001 :3002 ")]
    [InlineData("-h --nonsense", "Examples:")]
    [InlineData("check --help", "carousel check FILE")]
    [InlineData("demo -h", "carousel demo [flags]")]
    [InlineData("session --help", "carousel session show ID|COOKIE [flags]")]
    [InlineData("session list -h", "--limit N")]
    public void Parse_Help_IsTheHelpOfTheCommand(string line, string part) =>
        Assert.Contains(part, Assert.IsType<Request.Print>(CommandLine.Parse(line.Split(' '))).Text);

    private static RunSettings Run(string line) => Assert.IsType<Request.Run>(CommandLine.Parse(line.Split(' '))).Settings;
}

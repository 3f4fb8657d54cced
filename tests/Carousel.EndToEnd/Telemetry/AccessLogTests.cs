using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Carousel.EndToEnd.CommandLine;
using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Live;
using Xunit;

namespace Carousel.EndToEnd.Telemetry;

/// <summary>The access log of the real binary.</summary>
public sealed class AccessLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("carousel-log-").FullName;

    private string LogPath => Path.Combine(_folder, "access.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task File_EveryRequest_IsALineWithItsAttempts()
    {
        await using var server = ScriptedServer.Responding("hello");
        using var closed = new ClosedPort();
        await using var balancer = await Balancer.StartAsync([$"{closed.Url} name=dead", $"{server.Url} name=alive"], ["--access-log", LogPath]);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(200, (await balancer.GetAsync($"/{i}")).Status);
        }
        Message refused = await balancer.RequestAsync("GET / HTTP/1.1\r\n\r\n");
        await Deadlines.UntilAsync(() => Lines().Length == 5, "five lines");
        Assert.Equal(0, await balancer.StopAsync());

        JsonElement[] lines = [.. Lines().Select(line => JsonDocument.Parse(line).RootElement)];
        JsonElement[] good = [.. lines.Where(line => line.GetProperty("status").GetInt32() == 200)];
        Assert.Equal(["/0", "/1", "/2", "/3"], good.Select(line => line.GetProperty("target").GetString()));
        Assert.All(good, line => Assert.Equal("alive", line.GetProperty("tries").EnumerateArray().Last().GetProperty("server").GetString()));
        Assert.Contains(good, line => line.GetProperty("attempts").GetInt32() == 2
            && line.GetProperty("tries")[0].GetProperty("reason").GetString() == "connect-refused");
        Assert.All(good, line => Assert.InRange(line.GetProperty("answer_ms").GetDouble(), 0, line.GetProperty("total_ms").GetDouble()));
        Assert.All(lines, line => Assert.Equal("127.0.0.1", line.GetProperty("client").GetString()));
        Assert.All(lines, line => Assert.InRange(DateTimeOffset.Parse(line.GetProperty("time").GetString()!, null), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5)));
        JsonElement bad = Assert.Single(lines.Except(good));
        Assert.Equal(("bad-host", 400, refused["X-Request-Id"]), (bad.GetProperty("reason").GetString(), bad.GetProperty("status").GetInt32(), bad.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task File_RenamedAndSigusr1_ContinuesInANewFileWithoutLoss()
    {
        await using var server = ScriptedServer.Responding("hello");
        await using var balancer = await Balancer.StartAsync(server, "--access-log", LogPath, "--access-log-format", "$request_uri $status");
        const int rounds = 5, each = 20;
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < each; i++)
            {
                await balancer.GetAsync($"/{round}-{i}");
            }
            File.Move(LogPath, $"{LogPath}.{round}");
            balancer.Signal(Posix.SigUsr1);
            await Deadlines.UntilAsync(async () => { await balancer.GetAsync("/look"); return File.Exists(LogPath); }, "the new file");
        }
        Assert.Equal(0, await balancer.StopAsync());
        string[] lines = [.. Directory.EnumerateFiles(_folder).SelectMany(File.ReadLines).Where(line => !line.StartsWith("/look", StringComparison.Ordinal))];
        Assert.Equal(from round in Enumerable.Range(0, rounds) from i in Enumerable.Range(0, each) select $"/{round}-{i} 200", lines.Order(new Numbers()));
    }

    [Fact]
    public async Task File_FolderRemoved_IsOneErrorAndRequestsContinue()
    {
        await using var server = ScriptedServer.Responding("hello");
        string path = Path.Combine(_folder, "gone", "access.log");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var balancer = await Balancer.StartAsync(server, "--access-log", path);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        balancer.Signal(Posix.SigUsr1);
        await Deadlines.UntilAsync(
            async () => (await balancer.GetAsync()).Status == 200 && balancer.Errors.Contains("No such file or directory; lines are dropped"), "the error to be logged");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await Deadlines.UntilAsync(async () => (await balancer.GetAsync()).Status == 200 && File.Exists(path), "the file");
        await balancer.UntilLoggedAsync("writing resumed");
        Assert.Single(balancer.Errors.Split('\n'), line => line.Contains("lines are dropped"));
    }

    [Fact]
    public async Task Stdout_HostileBytes_AreOneLine()
    {
        await using var server = ScriptedServer.Responding("hello");
        await using var balancer = await Balancer.StartAsync(server, "--access-log", "stdout", "--access-log-format", "combined");
        using RawClient client = await balancer.ConnectAsync();
        await client.RequestAsync("GET /\"\\x HTTP/1.1\r\nHost: test\r\nUser-Agent: a\"b\\[31m\xff\t\r\n\r\n");
        await Deadlines.UntilAsync(() => balancer.Output.Contains(" 200 "), "the line");
        string line = Assert.Single(balancer.Output.Split('\n'), line => line.Contains(" 200 "));
        Assert.Equal(6, line.Count(c => c == '"'));
        Assert.DoesNotContain(line, c => char.IsControl(c) || c > '~');
        Assert.StartsWith("127.0.0.1 - - [", line);
    }

    [Fact]
    public async Task Syslog_ByUdp_GetsTheLines()
    {
        using var receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await using var server = ScriptedServer.Responding("hello");
        await using var balancer = await Balancer.StartAsync(server, "--access-log", $"syslog:127.0.0.1:{((IPEndPoint)receiver.Client.LocalEndPoint!).Port}",
            "--access-log-format", "$request");
        await balancer.GetAsync("/path");
        UdpReceiveResult message = await Deadlines.WithinAsync(receiver.ReceiveAsync(TestContext.Current.CancellationToken).AsTask(), "a message");
        Assert.Matches(@"^<134>1 \S+Z \S+ carousel \d+ access - GET /path HTTP/1\.1$", Encoding.UTF8.GetString(message.Buffer));
    }

    [Theory]
    [InlineData("--access-log-format", "$statsu", "did you mean $status?")]
    [InlineData("--access-log", "syslog:x:0", "--access-log: expected")]
    [InlineData("--access-log", "nowhere/access.log", "--access-log: nowhere/access.log can't be opened: No such file or directory (create its directory")]
    [InlineData("--access-log", "syslog:/nowhere", "--access-log: syslog socket /nowhere is unreachable: ")]
    [InlineData("--otlp-protocol", "grpc", "--otlp-protocol has no effect without a collector")]
    [InlineData("--trace-sample", "2", "--trace-sample: expected a share")]
    [InlineData("--trace-sample", "0.5", "set one with --otlp")]
    [InlineData("--otlp", "collector", "expected a URL such as http://collector:4318")]
    public async Task Flag_Invalid_NamesWhatIsExpected(string flag, string value, string error)
    {
        Run run = await Run.WithServersAsync("http://127.0.0.1:1", "-f", "servers.txt", "-p", "0", "--session", "off", flag, value);
        Assert.Equal(2, run.Code);
        Assert.Contains(error, run.Errors);
    }

    private string[] Lines() => File.Exists(LogPath) ? File.ReadAllText(LogPath).Split('\n')[..^1] : [];

    /// <summary>A port that refuses connections: without a listener, and reserved.</summary>
    private sealed class ClosedPort : IDisposable
    {
        private readonly Socket _held = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public ClosedPort() => _held.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        public string Url => $"http://127.0.0.1:{((IPEndPoint)_held.LocalEndPoint!).Port}";

        public void Dispose() => _held.Dispose();
    }

    /// <summary><c>/round-request</c>, by number.</summary>
    private sealed class Numbers : IComparer<string>
    {
        public int Compare(string? x, string? y) => Key(x!).CompareTo(Key(y!));

        private static (int Round, int Request) Key(string line)
        {
            string[] parts = line.Split('/', '-', ' ');
            return (int.Parse(parts[1], null), int.Parse(parts[2], null));
        }
    }
}

using System.Text.Json;
using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Health;
using Carousel.EndToEnd.Live;
using Xunit;

namespace Carousel.EndToEnd.Logging;

/// <summary>Outputs that cannot be written, and the log's format.</summary>
public sealed class OutputTests
{
    /// <summary>Shell redirections of standard error.</summary>
    private const string Full = "2>/dev/full", Closed = "2>&-", AllClosed = "0<&- 2>&-";

    /// <summary>A full pipe without a reader; the balancer itself keeps it open.</summary>
    private const string Stalled = "3<>stalled 2>&3";

    [Theory]
    [InlineData(Full)]
    [InlineData(Closed)]
    [InlineData(AllClosed)]
    [InlineData(Stalled)]
    public async Task Stderr_CanNotBeWritten_EverythingElseWorks(string redirection)
    {
        int port = FixedPort.Next();
        await using var one = ScriptedServer.Responding("one");
        var two = ScriptedServer.Responding("two", port: port);
        await using var balancer = await Balancer.StartAsync(
            [one.Url, $"http://127.0.0.1:{port} name=two"], [.. Probed.Options, "--session", "shared", "--drain-timeout", "1s"], Launcher(redirection));
        await balancer.UntilRotationAsync("one", "two");
        for (int i = 0; i < 3; i++)
        {
            await two.DisposeAsync();
            await balancer.UntilRotationAsync("one");
            two = ScriptedServer.Responding("two", port: port);
            await balancer.UntilRotationAsync("one", "two");
        }
        await using var three = ScriptedServer.Responding("three");
        balancer.File.Write(one.Url, three.Url);
        balancer.Signal(Posix.SigHup);
        await balancer.UntilRotationAsync("one", "three");
        Assert.Equal(0, await balancer.StopAsync());
        await two.DisposeAsync();
    }

    [Fact]
    public async Task Stdout_CanNotBeWritten_EverythingElseWorks()
    {
        int port = FixedPort.Next();
        await using var one = ScriptedServer.Responding("one");
        using var file = new ServersFile(one.Url);
        await using var process = ChildProcess.Start(file.Directory, "/bin/sh",
            [.. Launcher(">/dev/full").Skip(1), Binary.Path, "-f", file.Path, "-p", $"{port}", "--bind", "127.0.0.1", "--store", "none", "--admin", "off", "--access-log", "stdout"]);
        await Deadlines.UntilAsync(
            async () =>
            {
                try
                {
                    using RawClient client = await RawClient.ConnectAsync(port);
                    return (await client.GetAsync()).Text == "one";
                }
                catch (System.Net.Sockets.SocketException)
                {
                    return false;
                }
            },
            "a response");
        await Deadlines.UntilAsync(() => process.Errors.Contains("error access log stdout: "), "a line about the access log");
        process.Signal(Posix.SigTerm);
        Assert.Equal(0, await process.ExitAsync());
    }

    [Fact]
    public async Task Json_EveryLineOfBothOutputs_IsAnObject()
    {
        await using var one = ScriptedServer.Responding("one");
        int port = FixedPort.Next();
        await using var balancer = await Balancer.StartAsync([$"http://127.0.0.1:{port} name=gone"], [.. Probed.Options, "--log-format", "json"]);
        await balancer.UntilLoggedAsync("is down: connect-refused");
        Assert.Equal(503, (await balancer.GetAsync()).Status);
        await balancer.UntilLoggedAsync("the only server");
        Assert.Equal(0, await balancer.StopAsync());

        JsonElement[] lines = [.. (balancer.Output + balancer.Errors).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Contains(lines, line => Text(line, "level") == "warn" && Text(line, "server") == "gone");
        Assert.Contains(lines, line => (Text(line, "level"), Text(line, "reason"), Text(line, "activity")) == ("error", "no-server", "picking a server"));
        Assert.All(lines, line => Assert.Contains(Text(line, "level"), (string[])["error", "warn", "info"]));
    }

    [Fact]
    public async Task Level_Warn_OmitsInfo()
    {
        int port = FixedPort.Next();
        await using var balancer = await Balancer.StartAsync([$"http://127.0.0.1:{port} name=gone"], [.. Probed.Options, "--log-level", "warn"]);
        await balancer.UntilLoggedAsync(" warn server ");
        balancer.Signal(Posix.SigHup);
        await using var back = ScriptedServer.Responding("back", port: port);
        await balancer.UntilRotationAsync("back");
        Assert.Equal(0, await balancer.StopAsync());
        Assert.DoesNotContain(" info ", balancer.Errors);
    }

    [Fact]
    public async Task Command_OutputIsFull_FailsWithAnError()
    {
        using var file = new ServersFile("http://127.0.0.1:1");
        await using var process = ChildProcess.Start(file.Directory, "/bin/sh", [.. Launcher(">/dev/full").Skip(1), Binary.Path, "check", "-f", file.Path]);
        Assert.Equal(1, await process.ExitAsync());
        Assert.Equal("carousel: standard output can't be written to: No space left on device", process.Errors.Trim());
    }

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private const string FillStalled = "mkfifo stalled && exec 3<>stalled && { dd if=/dev/zero of=stalled oflag=nonblock bs=4096 count=1024 2>/dev/null; true; } && ";

    private static string[] Launcher(string redirection) => ["/bin/sh", "-c", $"{(redirection == Stalled ? FillStalled : "")}exec \"$@\" {redirection}", "sh"];
}

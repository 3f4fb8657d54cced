using System.Diagnostics;
using Carousel.EndToEnd.CommandLine;
using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Health;
using Xunit;

namespace Carousel.EndToEnd.Live;

/// <summary>Named pipes in place of files: open() blocks until the other end is opened, possibly forever.</summary>
public class BlockingFileTests
{
    [Fact]
    public async Task ServersFile_BecomesAPipe_IsRefusedAndReadAgainAfterwards()
    {
        await using var one = ScriptedServer.Responding("one");
        await using var two = ScriptedServer.Responding("two");
        await using var balancer = await Balancer.StartAsync(one);
        File.Delete(balancer.File.Path);
        MakePipe(balancer.File.Path);
        await balancer.UntilLoggedAsync($"error {balancer.File.Path}: is a pipe: name a file");
        balancer.Signal(Posix.SigHup);
        balancer.File.Replace(two.Url);
        await balancer.UntilRotationAsync("two");
        Assert.Equal(0, await balancer.StopAsync());
    }

    [Fact]
    public async Task AccessLog_ReopenedAsAPipeWithoutReader_IsAnErrorAndRequestsContinue()
    {
        await using var one = ScriptedServer.Responding("one");
        using var folder = new ServersFile();
        string log = Path.Combine(folder.Directory, "access.log");
        await using var balancer = await Balancer.StartAsync(one, "--access-log", log);
        File.Delete(log);
        MakePipe(log);
        balancer.Signal(Posix.SigUsr1);
        await Deadlines.UntilAsync(
            async () => (await balancer.GetAsync()).Status == 200 && balancer.Errors.Contains($"error access log {log}: a pipe without a reader; lines are dropped"), "the error");
        Assert.Equal(200, (await balancer.GetAsync()).Status);
        Assert.Equal(0, await balancer.StopAsync());
    }

    [Fact]
    public async Task Check_ProcessSubstitution_IsRead()
    {
        using var folder = new ServersFile();
        await using var process = ChildProcess.Start(folder.Directory, "/bin/bash", "-c", $"exec '{Binary.Path}' check -f <(echo http://127.0.0.1:8000)");
        Assert.Equal(0, await process.ExitAsync());
        Assert.Contains("127.0.0.1:8000", process.Output);
    }

    [Theory]
    [InlineData("-f")]
    [InlineData("--admin-token-file")]
    public async Task Start_PipeWithoutWriter_IsAnError(string flag)
    {
        using var folder = new ServersFile("http://127.0.0.1:8000");
        MakePipe(Path.Combine(folder.Directory, "pipe"));
        string[] arguments = flag == "-f" ? ["-f", "pipe"] : ["-f", "servers.txt", flag, "pipe"];
        Run run = await Run.ToEndAsync(folder.Directory, [.. arguments, "-p", "0"]);
        Assert.Equal(2, run.Code);
        Assert.Contains("pipe", run.Errors);
        Assert.Contains("can't be read: waited 10s", run.Errors);
    }

    private static void MakePipe(string path)
    {
        using Process make = Process.Start("mkfifo", path);
        make.WaitForExit();
    }
}

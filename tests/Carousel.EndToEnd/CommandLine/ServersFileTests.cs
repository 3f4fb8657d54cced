using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.CommandLine;

/// <summary>An invalid servers.txt: every error is reported at once with its position; exit code 2.</summary>
public class ServersFileTests
{
    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    public async Task BadLines_Several_AreAllReportedAtTheirPlace(string command)
    {
        Run run = await RunAsync(command, "# two are bad\nhttp://a:80\nhttp://b:80800\nhttp://c:8000 nonsense=1\n");
        Assert.Equal(2, run.Code);
        Assert.Contains("servers.txt:3:10: expected a port between 1 and 65535, found \"80800\"", run.Errors);
        Assert.Contains("servers.txt:4:15: ", run.Errors);
        Assert.DoesNotContain("listening on", run.Output + run.Errors);
    }

    [Theory]
    [InlineData("https://a:443", "servers.txt:1:1: ")]
    [InlineData("ftp://a", "servers.txt:1:1: ")]
    [InlineData("http://", "servers.txt:1:")]
    [InlineData("http://a:0", "servers.txt:1:10: ")]
    [InlineData("http://a:", "servers.txt:1:")]
    [InlineData("http://[::1", "servers.txt:1:")]
    [InlineData("http://a weight=x", "servers.txt:1:")]
    [InlineData("http://a weight=-1", "servers.txt:1:")]
    [InlineData("http://a max=0", "servers.txt:1:")]
    [InlineData("http://a/path", "servers.txt:1:")]
    [InlineData("http://user:pass@a", "servers.txt:1:")]
    public async Task BadLine_OfAnyKind_IsReportedWithItsPlace(string line, string place)
    {
        Run run = await RunAsync("run", line + "\n");
        Assert.Equal(2, run.Code);
        Assert.Contains(place, run.Errors);
    }

    [Fact]
    public async Task Duplicate_WrittenDifferently_IsReported()
    {
        Run run = await RunAsync("run", "http://a.example\nhttp://A.Example:80\n");
        Assert.Equal(2, run.Code);
        Assert.Contains("servers.txt:2:", run.Errors);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n\n   \n")]
    public async Task File_WithoutServers_IsReported(string text)
    {
        Run run = await RunAsync("run", text);
        Assert.Equal(2, run.Code);
        Assert.Contains("servers.txt", Assert.Single(Lines(run.Errors)));
    }

    [Theory]
    [InlineData("-f", "absent.txt", "-p", "0")]
    [InlineData("check", "-f", "absent.txt")]
    public async Task File_Missing_IsReported(params string[] arguments)
    {
        using var file = new ServersFile();
        Run run = await Run.ToEndAsync(file.Directory, arguments);
        Assert.Equal(2, run.Code);
        Assert.Contains("absent.txt", Assert.Single(Lines(run.Errors)));
    }

    [Fact]
    public async Task Check_GoodFile_PrintsTheServers()
    {
        Run run = await RunAsync("check", "# mine\nhttp://a.example weight=3 max=200 backup name=blue\n\nhttp://[::1]:8000 drain\r\nhttp://127.0.0.1:8001\n");
        Assert.Equal(0, run.Code);
        Assert.All((string[])["a.example:80", "[::1]:8000", "127.0.0.1:8001", "blue"], text => Assert.Contains(text, run.Output));
    }

    private static Task<Run> RunAsync(string command, string servers) =>
        Run.WithServersAsync(servers, command == "check" ? ["check", "-f", "servers.txt"] : ["-f", "servers.txt", "-p", "0", "--bind", "127.0.0.1"]);

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

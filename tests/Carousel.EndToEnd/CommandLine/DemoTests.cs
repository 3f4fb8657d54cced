using System.Text.RegularExpressions;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.CommandLine;

public partial class DemoTests
{
    [Fact]
    public async Task Demo_ThreeRequests_ReachThreeServers()
    {
        await using var demo = await StartAsync();
        int port = int.Parse(Address().Match(demo.Output + demo.Errors).Groups["port"].Value, null);
        using var client = await RawClient.ConnectAsync(port);
        var responses = new HashSet<string>();
        for (int i = 0; i < 3; i++)
        {
            Message response = await client.GetAsync();
            Assert.Equal(200, response.Status);
            responses.Add(response.Text);
        }
        Assert.Equal(3, responses.Count);
        demo.Signal(Posix.SigTerm);
        Assert.Equal(0, await demo.ExitAsync());
    }

    [Theory]
    [InlineData("curl ")]
    [InlineData("carousel")]
    public async Task Demo_LinesToTry_WorkAsPrinted(string program)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/curl"), "curl is not installed");
        await using var demo = await StartAsync();
        string[] lines = [.. demo.Output.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith(program == "carousel" ? Binary.Path : program, StringComparison.Ordinal))];
        Assert.InRange(lines.Length, 4, 10);
        foreach (string line in lines)
        {
            await using var shell = ChildProcess.Start("/", "/bin/bash", "-c", line);
            int code = await shell.ExitAsync();
            Assert.True(code == 0 && shell.Output.Length > 0, $"{line}: {code}: {shell.Errors}");
        }
    }

    private static async Task<ChildProcess> StartAsync()
    {
        var demo = ChildProcess.Start("/", Binary.Path, "demo", "-p", $"{FixedPort.Next()}", "--store", "none", "--admin", "127.0.0.1:0");
        await Deadlines.UntilAsync(
            () => demo.HasExited || (Address().IsMatch(demo.Output + demo.Errors) && (demo.Output + demo.Errors).Contains("curl ")), "the demo to listen");
        Assert.False(demo.HasExited, demo.Errors);
        return demo;
    }

    [GeneratedRegex(@"listening on http://\S+:(?<port>\d+)")]
    private static partial Regex Address();
}

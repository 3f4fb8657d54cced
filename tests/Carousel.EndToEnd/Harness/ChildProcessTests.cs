using Xunit;

namespace Carousel.EndToEnd.Harness;

public class ChildProcessTests
{
    [Fact]
    public async Task Start_IgnoredSignals_AreResetToDefault()
    {
        // .NET handles SIGINT, so another, unused signal is used here in its place.
        Posix.Ignore(Posix.SigUsr2, true);
        try
        {
            await using var process = ChildProcess.Start("/", "/bin/cat", "/proc/self/status");
            Assert.Equal(0, await process.ExitAsync());
            Assert.Contains("SigIgn:\t0000000000000000\n", process.Output);
        }
        finally
        {
            Posix.Ignore(Posix.SigUsr2, false);
        }
    }

    [Fact]
    public async Task Start_ProgramMissing_IsReported()
    {
        await using var process = ChildProcess.Start("/", "/nowhere/at-all");
        Assert.Equal(127, await process.ExitAsync());
        Assert.Contains("/nowhere/at-all", process.Errors);
    }
}

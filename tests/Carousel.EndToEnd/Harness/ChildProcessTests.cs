using Xunit;

namespace Carousel.EndToEnd.Harness;

public class ChildProcessTests
{
    [Fact]
    public async Task Start_SignalsIgnoredHere_HaveTheirDefaultThere()
    {
        // .NET has a handler for SIGINT, so that another signal, which nobody uses here, stands for those that a shell may have had ignored.
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
    public async Task Start_ProgramThatIsNotThere_SaysSo()
    {
        await using var process = ChildProcess.Start("/", "/nowhere/at-all");
        Assert.Equal(127, await process.ExitAsync());
        Assert.Contains("/nowhere/at-all", process.Errors);
    }
}

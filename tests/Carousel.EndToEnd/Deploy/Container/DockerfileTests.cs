using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Deploy.Container;

/// <summary>
/// The Dockerfile, checked by the linter of Docker's editor support. That .dockerignore admits all build inputs is checked by test.sh, which publishes from
/// that context.
/// </summary>
public class DockerfileTests
{
    [Fact]
    public async Task Linter_OnTheDockerfile_ReportsNothing()
    {
        (int code, string output) = await LintAsync(Repository.Path("Dockerfile"));
        Assert.Equal((0, ""), (code, output.Trim()));
    }

    [Theory]
    [InlineData("COPY --from=build", "CPY --from=build", "Unknown instruction")]
    [InlineData("EXPOSE 7777", "EXPOSE http", "Invalid containerPort")]
    [InlineData("--interval=10s", "--intervall=10s", "Unknown flag")]
    [InlineData("STOPSIGNAL SIGTERM", "CMD [\"twice\"]", "only be one CMD")]
    public async Task Linter_OnAFault_FindsIt(string good, string bad, string expected)
    {
        string text = Repository.Read("Dockerfile");
        string faulty = Path.GetTempFileName();
        try
        {
            File.WriteAllText(faulty, text.Replace(good, bad, StringComparison.Ordinal));
            Assert.Contains(expected, (await LintAsync(faulty)).Said, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(faulty);
        }
    }

    private static async Task<(int Code, string Said)> LintAsync(string dockerfile)
    {
        await using var linter = ChildProcess.Start("/", Tool.OfNpm("dockerfile-lint/node_modules/.bin/dockerfile-utils"), "lint", dockerfile);
        return (await linter.ExitAsync(), linter.Output + linter.Errors);
    }
}

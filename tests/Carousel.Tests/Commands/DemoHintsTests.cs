using Carousel.Cli;
using Carousel.Commands;
using Xunit;

namespace Carousel.Tests.Commands;

/// <summary>The hints of carousel demo.</summary>
public class DemoHintsTests
{
    private const string Folder = "/home/me/carousel/bin/";

    [Theory]
    [InlineData("carousel", "/usr/bin/carousel", "/usr/local/bin:/usr/bin", "/usr/bin/carousel")]
    [InlineData("carousel", "/opt/carousel/carousel", "/usr/bin", "/usr/bin/carousel")]
    [InlineData("carousel", null, "/usr/bin", "/usr/bin/dotnet")]
    [InlineData("/home/me/carousel/bin/carousel", "/home/me/carousel/bin/carousel", "/usr/bin", "/usr/bin/dotnet")]
    [InlineData("/home/me/carousel/bin/carousel", "/home/me/carousel/bin/carousel", "/usr/bin", "/usr/bin/carousel")]
    [InlineData("/home/me/carousel/bin/carousel", "/home/me/carousel/bin/carousel", null, "/usr/bin/carousel")]
    [InlineData("/home/me/carousel/bin/carousel", "/home/me/carousel/bin/carousel", "/usr/bin", "/home/me/carousel/bin/carousel.dll")]
    [InlineData("dotnet /home/me/carousel/bin/carousel.dll", "/home/me/carousel/bin/carousel", "/usr/bin", "/usr/bin/dotnet", "/home/me/carousel/bin/carousel.dll")]
    [InlineData("dotnet /home/me/carousel/bin/carousel.dll", "/usr/bin/dotnet", "/usr/bin", "/usr/bin/dotnet", "/home/me/carousel/bin/carousel.dll")]
    [InlineData("'/home/me/it'\\''s here/carousel'", "/home/me/it's here/carousel", "/usr/bin", "/usr/bin/dotnet")]
    public void Invocation_OfAProgram_WorksInAShell(string expected, string? executable, string? path, params string[] files) => Assert.Equal(
        new Invocation(expected),
        Invocation.Of(executable, Folder, "/srv", path, files.Contains, file => file == "/usr/bin/carousel" && executable == "/opt/carousel/carousel" ? executable : file));

    [Theory]
    [InlineData("dotnet bin/carousel.dll", "/home/me/carousel", "/usr/bin/dotnet", "/home/me/carousel/bin/carousel.dll")]
    [InlineData("dotnet carousel.dll", "/home/me/carousel/bin", "/usr/bin/dotnet", "/home/me/carousel/bin/carousel.dll")]
    [InlineData("bin/carousel", "/home/me/carousel")]
    [InlineData("./carousel", "/home/me/carousel/bin")]
    [InlineData("../bin/carousel", "/home/me/carousel/src")]
    public void Invocation_InAFolderNearby_IsARelativePath(string expected, string current, params string[] files) => Assert.Equal(
        new Invocation(expected, IsRelative: true), Invocation.Of(Folder + "carousel", Folder, current, "/usr/bin", files.Contains, file => file));

    [Theory]
    [InlineData("http://127.0.0.1:7778/", "127.0.0.1:7778")]
    [InlineData("http://127.0.0.1:7779/", "127.0.0.1:7779")]
    [InlineData("http://[::1]:7778/", "[::1]:7778")]
    public void LinesToTry_CarouselCommands_AreValidAndReachTheDemo(string dashboard, string expected)
    {
        string[] lines = [.. Lines(dashboard).Where(line => line.StartsWith("carousel ", StringComparison.Ordinal))];

        Assert.Contains(lines, line => line.StartsWith("carousel drain blue", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.Equal(expected, Assert.IsType<Request.Admin>(CommandLine.Parse([.. line.Split(' ').Skip(1).Select(word => word.Trim('\''))])).Target.Address));
    }

    [Fact]
    public void LinesToTry_NoAdminSide_HasNoAdminCommands() => Assert.DoesNotContain(
        Lines(null), line => line.StartsWith("carousel ", StringComparison.Ordinal) || line.StartsWith("Dashboard", StringComparison.Ordinal));

    [Fact]
    public void LinesToTry_Requests_GoToTheBalancer() => Assert.All(
        Lines(null).Where(line => line.StartsWith("curl ", StringComparison.Ordinal)), line => Assert.Contains("http://localhost:7777/", line));

    private static IEnumerable<string> Lines(string? dashboard) => DemoCommand.LinesToTry("http://localhost:7777", dashboard, new Invocation("carousel")).Split('\n').Select(line => line.Trim());
}

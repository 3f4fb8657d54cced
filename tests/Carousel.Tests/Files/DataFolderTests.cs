using Carousel.Files;
using Xunit;

namespace Carousel.Tests.Files;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public class DataFolderTests
{
    [Theory]
    [InlineData("STATE_DIRECTORY=/var/lib/carousel;XDG_DATA_HOME=/x;HOME=/h", "/var/lib/carousel", "/var/lib/carousel")]
    [InlineData("STATE_DIRECTORY=/var/lib/a:/var/lib/b", "/var/lib/a", "/var/lib/a")]
    [InlineData("XDG_DATA_HOME=/x;HOME=/h", "/x/carousel", "/x/carousel/store-6379")]
    [InlineData("XDG_DATA_HOME=relative;HOME=/h", "/h/.local/share/carousel", "/h/.local/share/carousel/store-6379")]
    [InlineData("HOME=/h", "/h/.local/share/carousel", "/h/.local/share/carousel/store-6379")]
    [InlineData("HOME=", null, null)]
    [InlineData("", null, null)]
    public void Of_Environment_IsTheServiceFolderOrTheUserFolder(string variables, string? path, string? store)
    {
        Dictionary<string, string> environment = variables.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

        var folder = DataFolder.Of(name => environment.GetValueOrDefault(name));

        Assert.Equal((path, store), (folder?.Path, folder?.ForStore(6379)));
    }

    [Fact]
    public void Failure_CreatableFolder_IsNullAndFolderIsPrivate()
    {
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("carousel-data-");
        try
        {
            string folder = Path.Combine(scratch.FullName, "a", "b");

            Assert.Null(DataFolder.Failure(folder));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    [Fact]
    public void Failure_UncreatableFolder_IsAMessage() => Assert.NotNull(DataFolder.Failure("/dev/null/carousel"));
}

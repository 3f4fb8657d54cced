using Carousel.Core.Config;
using Carousel.Files;
using Xunit;

namespace Carousel.Tests.Files;

public sealed class StorePasswordTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData("redis://:own@h", "env", "own")]
    [InlineData("redis://h", "env", "env")]
    [InlineData("redis://h", "", null)]
    [InlineData("redis://h", null, null)]
    [InlineData("embedded", "env", "env")]
    public void Add_NoFile_UsesTheUrlOrTheEnvironment(string url, string? variable, string? expected)
    {
        Assert.True(StoreAddress.TryParse(url, out StoreAddress address, out _));

        Assert.Equal(expected, StorePassword.Add(address, null, _ => variable, out _)!.Password);
    }

    [Theory]
    [InlineData("from file\n", "from file")]
    [InlineData("from file\r\nand more\n", "from file")]
    [InlineData("from file", "from file")]
    public void Add_File_IsItsFirstLine(string content, string expected)
    {
        File.WriteAllText(_file, content);

        Assert.Equal(expected, StorePassword.Add(StoreAddress.Auto, _file, _ => "env", out _)!.Password);
    }

    [Fact]
    public void Add_EmptyFile_IsAnError()
    {
        Assert.Null(StorePassword.Add(StoreAddress.Auto, _file, _ => "env", out string error));

        Assert.Equal($"--store-password-file: {_file} has no password in its first line", error);
    }

    [Fact]
    public void Add_NoSuchFile_IsAnError()
    {
        Assert.Null(StorePassword.Add(StoreAddress.Auto, "/nowhere/password", _ => null, out string error));

        Assert.Equal("--store-password-file: /nowhere/password: no such file", error);
    }

    public void Dispose() => File.Delete(_file);
}

using System.Diagnostics;
using System.Net.Sockets;
using Carousel.Control.Files;
using Xunit;

namespace Carousel.Tests.Files;

public sealed class RegularFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("carousel").FullName;

    private string Name => Path.Combine(_folder, "file");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(999)]
    [InlineData(1000)]
    public void ReadBytes_UpToTheLimit_ReturnsAll(int length)
    {
        File.WriteAllBytes(Name, Bytes(length));
        Assert.Equal(Bytes(length), RegularFile.ReadBytes(Name, 1000));
    }

    [Fact]
    public void ReadBytes_LargerFile_ReturnsOneMore()
    {
        File.WriteAllBytes(Name, Bytes(5000));
        Assert.Equal(1001, RegularFile.ReadBytes(Name, 1000).Length);
        Assert.Throws<IOException>(() => RegularFile.ReadText(Name, 1000));
    }

    [Fact]
    public void ReadBytes_FileWithoutLength_IsRead() => Assert.NotEmpty(RegularFile.ReadBytes("/proc/self/status", 1 << 20));

    [Fact]
    public void Open_Link_IsFollowed()
    {
        File.WriteAllText(Name, "text");
        File.CreateSymbolicLink(Name + "2", Name);
        Assert.Equal("text", RegularFile.ReadText(Name + "2", 10));
    }

    [Fact]
    public void Open_PipeWithoutWriter_IsRejectedImmediately()
    {
        using (Process make = Process.Start("mkfifo", Name))
        {
            make.WaitForExit();
        }
        Assert.Equal("is a pipe: name a file", Assert.Throws<IOException>(() => RegularFile.Open(Name)).Message);
    }

    [Fact]
    public void Open_Socket_IsRejected()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Name));
        Assert.Throws<IOException>(() => RegularFile.Open(Name));
    }

    [Fact]
    public void Open_NotAFile_IsRejectedWithItsType()
    {
        Assert.Equal("is a directory: name a file", Assert.Throws<IOException>(() => RegularFile.Open(_folder)).Message);
        Assert.Equal("is a device: name a file", Assert.Throws<IOException>(() => RegularFile.Open("/dev/null")).Message);
        Assert.Throws<FileNotFoundException>(() => RegularFile.Open(Name));
        Assert.Throws<FileNotFoundException>(() => RegularFile.Open(Path.Combine(Name, "below")));
    }

    private static byte[] Bytes(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)i)];
}

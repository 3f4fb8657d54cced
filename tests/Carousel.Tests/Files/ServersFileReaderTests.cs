using Carousel.Commands;
using Carousel.Core.Config;
using Carousel.Files;
using Xunit;

namespace Carousel.Tests.Files;

public sealed class ServersFileReaderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("carousel").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Read_GoodFile_GivesServers() =>
        Assert.Equal(2, ServersFileReader.Read(Write("\uFEFFlocalhost:1\r\nlocalhost:2"u8.ToArray())).Parse().Servers.Length);

    [Fact]
    public void Read_MissingFile_IsAnError() =>
        Expect("no such file: write one with a line such as http://localhost:8000", Path.Combine(_directory, "none"));

    [Fact]
    public void Read_MissingDirectory_IsAnError() =>
        Expect("no such file: write one with a line such as http://localhost:8000", Path.Combine(_directory, "none", "none"));

    [Fact]
    public void Read_Directory_IsAnError() => Expect("is a directory: name a file", _directory);

    [Fact]
    public void Read_PipeInItsPlace_IsRefused()
    {
        string pipe = Pipe();

        Expect("is a pipe: name a file", pipe);
        Assert.Equal("can't be read: waited 0s (a pipe without a writer, or a file system that hangs?)", ServersFileReader.ReadAtStart(pipe, TimeSpan.Zero, out _).Failure);
    }

    [Fact]
    public async Task ReadAtStart_PipeThatIsWrittenTo_GivesServers()
    {
        string pipe = Pipe();
        Task writing = Task.Run(() => File.WriteAllText(pipe, "localhost:1"), TestContext.Current.CancellationToken);

        Assert.Single(ServersFileReader.ReadAtStart(pipe, out bool isPipe).Parse().Servers);
        Assert.True(isPipe);
        await writing;
    }

    [Fact]
    public void Read_LargeFile_IsRefused()
    {
        byte[] comment = new byte[ServersFileReader.MaxBytes + 1];
        Array.Fill(comment, (byte)'#');

        Expect("is larger than 1 MiB: is this the right file?", Write(comment));
        Expect("no servers: add a line such as http://localhost:8000", Write(comment[1..]));
    }

    [Fact]
    public void Read_BinaryFile_IsRefused() => Expect("not a text file: it has NUL bytes", Write([0x7f, 0x45, 0x4c, 0x46, 0, 1]));

    [Fact]
    public void Print_ManyErrors_StopsAtAHundred()
    {
        ServersFile file = ServersParser.Parse(string.Concat(Enumerable.Repeat("-\n", 150)));
        var written = new StringWriter { NewLine = "\n" };

        Assert.Equal(ExitCode.BadInput, FileErrors.Print("s.txt", file, written));
        string[] lines = written.ToString().TrimEnd().Split('\n');
        Assert.Equal(101, lines.Length);
        Assert.Equal("s.txt:100:1: expected a host name, found \"-\"", lines[99]);
        Assert.Equal("s.txt: 50 more errors", lines[100]);
    }

    private static void Expect(string message, string path)
    {
        ServersFile file = ServersFileReader.Read(path).Parse();
        Assert.Equal($"s.txt: {message}", Assert.Single(file.Errors).Format("s.txt"));
    }

    private string Pipe()
    {
        string path = Path.Combine(_directory, "pipe");
        using var make = System.Diagnostics.Process.Start("mkfifo", path);
        make.WaitForExit();
        return path;
    }

    private string Write(byte[] bytes)
    {
        string path = Path.Combine(_directory, "servers.txt");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}

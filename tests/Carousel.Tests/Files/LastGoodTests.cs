using Carousel.Core.Config;
using Carousel.Files;
using Xunit;

namespace Carousel.Tests.Files;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class LastGoodTests : IDisposable
{
    private const string List = "http://a:1 weight=2 # mine\nhttp://b:2\n";

    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("carousel-last-good-");

    private string Kept => Path.Combine(_scratch.FullName, "last-good.txt");

    public void Dispose() => _scratch.Delete(recursive: true);

    [Fact]
    public void Write_ThenRead_IsTheListAndFileIsPrivate()
    {
        new LastGoodFile(Kept, "servers.txt").Write(List);

        ServersFile? list = new LastGoodFile(Kept, Path.GetFullPath("servers.txt")).Read(out string whyNot);

        Assert.Equal(["http://a:1", "http://b:2"], list!.Servers.Select(server => server.Address.Url));
        Assert.Equal((2, ""), (list.Servers[0].Weight, whyNot));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Kept));
        Assert.Equal([Kept], Directory.GetFiles(_scratch.FullName));
    }

    [Fact]
    public void Read_ListOfAnotherFile_IsNotUsed()
    {
        new LastGoodFile(Kept, "/etc/one.txt").Write(List);

        Assert.Null(new LastGoodFile(Kept, "/etc/two.txt").Read(out string whyNot));
        Assert.Equal($"{Kept} belongs to another file, /etc/one.txt", whyNot);
    }

    [Theory]
    [InlineData(null, "no such file")]
    [InlineData(List, "was not written by carousel")]
    [InlineData("", "was not written by carousel")]
    [InlineData("# Written by carousel: the last good list of /s\nhttp://a:0\n", ":2:10: expected a port")]
    [InlineData("# Written by carousel: the last good list of /s\n", "servers")]
    public void Read_InvalidList_HasAReason(string? content, string expected)
    {
        if (content is not null)
        {
            File.WriteAllText(Kept, content);
        }

        Assert.Null(new LastGoodFile(Kept, "/s").Read(out string whyNot));
        Assert.Contains(Kept, whyNot);
        Assert.Contains(expected, whyNot);
    }

    [Fact]
    public void Read_NameWithALineFeed_IsOneLine()
    {
        var file = new LastGoodFile(Kept, "/a\nhttp://evil:1");
        file.Write(List);

        Assert.Equal(2, file.Read(out _)!.Servers.Length);
    }

    [Fact]
    public void Failure_FileOfAnotherProgram_IsNotOverwritten()
    {
        File.WriteAllText(Kept, List);

        Assert.Contains("was not written by carousel", new LastGoodFile(Kept, "/s").Failure());
        Assert.Contains("is a directory", new LastGoodFile(_scratch.FullName, "/s").Failure());
        Assert.Contains("can't be written", new LastGoodFile("/dev/null/x/last", "/s").Failure());
        File.Delete(Kept);
        Assert.Null(new LastGoodFile(Kept, "/s").Failure());
    }

    [Fact]
    public void In_OneFolder_EachFileHasItsOwnCopy()
    {
        Assert.NotEqual(LastGoodFile.In("/d", "/etc/one.txt").Path, LastGoodFile.In("/d", "/etc/two.txt").Path);
        Assert.Equal(LastGoodFile.In("/d", "/etc/one.txt").Path, LastGoodFile.In("/d", "/etc/../etc/one.txt").Path);
    }

    [Fact]
    public void Keep_WhileAWriteHangs_ReturnsAndWritesTheNewest()
    {
        using var go = new SemaphoreSlim(0);
        using var written = new CountdownEvent(2);
        var lists = new List<string>();
        using (var writer = new LastGoodWriter("f", Write, _ => { }))
        {
            writer.Keep(new ServersText("one"));
            Assert.True(SpinWait.SpinUntil(() => go.CurrentCount == 0 && lists.Count == 1, TimeSpan.FromSeconds(30)));
            writer.Keep(new ServersText("two"));
            writer.Keep(new ServersText("three"));
            go.Release(2);
            Assert.True(written.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }

        Assert.Equal(["one", "three"], lists);

        void Write(string list)
        {
            lists.Add(list);
            go.Wait(CancellationToken.None);
            written.Signal();
        }
    }

    [Fact]
    public void Keep_Failing_IsReportedOnceUntilItSucceeds()
    {
        var lines = new List<string>();
        bool fails = true;
        int written = 0;
        using var writer = new LastGoodWriter("f", _ =>
        {
            Interlocked.Increment(ref written);
            if (fails)
            {
                throw new IOException("No space left on device");
            }
        }, lines.Add);

        Keep(1);
        Keep(2);
        fails = false;
        Keep(3);
        fails = true;
        Keep(4);

        Assert.Equal(["the last good list of servers can't be kept in f: No space left on device", "the last good list of servers can't be kept in f: No space left on device"], lines);

        void Keep(int count)
        {
            writer.Keep(new ServersText("x"));
            writer.Dispose();
            Assert.Equal(count, written);
        }
    }
}

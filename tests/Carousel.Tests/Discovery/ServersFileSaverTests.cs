using System.Runtime.Versioning;
using Carousel.Control.Discovery;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Discovery;

/// <summary><c>--save</c>, with a real file.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ServersFileSaverTests : IDisposable
{
    private const string Text = "# ours\nhttp://10.0.0.1:80 name=blue   # the old one\n\nhttp://10.0.0.2:80\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("carousel-save-");
    private readonly ManualTime _time = new();
    private readonly List<string> _reports = [];
    private readonly PoolMembership _membership = Tests.Admin.Admin.PoolOf(Text).Membership;
    private readonly ServersFileWatcher _watcher;
    private readonly ServersFileSaver _saver;

    public ServersFileSaverTests()
    {
        File.WriteAllText(Path, Text);
        _watcher = new ServersFileWatcher(
            "servers.txt", () => new ServersText(File.ReadAllText(Path)), new ServersText(Text), _membership, _time, _reports.Add, line => _reports.Add($"error {line}"));
        _saver = new ServersFileSaver(_watcher, Path);
        _watcher.Start();
        Look();
    }

    private string Path => System.IO.Path.Combine(_folder.FullName, "servers.txt");

    public void Dispose()
    {
        _watcher.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Change_ThroughTheApi_IsInTheFileAndIgnoredByTheWatcher()
    {
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        await using Tests.Admin.Admin admin = await Tests.Admin.Admin.StartAsync("", saver: _saver, membership: _membership);

        Assert.Equal(200, (await admin.AskAsync(HttpMethod.Put, "/api/v1/servers/blue/weight", """{"weight":3}""")).Status);
        Assert.Equal(201, (await admin.AskAsync(HttpMethod.Post, "/api/v1/servers", """{"line":"10.0.0.3:80 max=2"}""")).Status);
        Assert.Equal(200, (await admin.AskAsync(HttpMethod.Delete, "/api/v1/servers/10.0.0.2:80")).Status);

        Assert.Equal("# ours\nhttp://10.0.0.1:80 name=blue weight=3   # the old one\n\nhttp://10.0.0.3:80 max=2\n", File.ReadAllText(Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(Path));
        Assert.Equal([Path], Directory.GetFileSystemEntries(_folder.FullName));
        string[] expected =
        [
            "servers.txt: changed http://10.0.0.1:80 (blue) (weight 1 -> 3)", "servers.txt: added http://10.0.0.3:80", "servers.txt: draining http://10.0.0.2:80",
        ];
        Assert.Equal(expected, _reports);
        Look();
        Assert.Equal(expected, _reports);
        Assert.Equal(3, admin.Named("blue").Entry.Weight);
    }

    [Fact]
    public void Save_UnseenExternalChange_KeepsBoth()
    {
        File.WriteAllText(Path, Text + "10.0.0.7:80\n");

        _saver.Save(text => ServersTextEdit.Set(text, Entry("10.0.0.1:80 name=blue drain")));

        Assert.EndsWith("10.0.0.7:80\n", File.ReadAllText(Path));
        Assert.Equal(["servers.txt: added http://10.0.0.7:80; changed http://10.0.0.1:80 (blue) (drain)"], _reports);
    }

    [Fact]
    public void Save_AFileWithAnError_ChangesNothing()
    {
        File.WriteAllText(Path, "http://10.0.0.1:80 wight=3\n");

        SaveException e = Assert.Throws<SaveException>(() => _saver.Save(text => text + "10.0.0.7:80\n"));

        Assert.Contains("did you mean \"weight\"?", e.Message);
        Assert.Equal("http://10.0.0.1:80 wight=3\n", File.ReadAllText(Path));
        Assert.Equal(2, _membership.Pool.Current.Servers.Length);
    }

    [Fact]
    public void Save_NotUtf8_ChangesNothing()
    {
        byte[] latin = [.. "# caf"u8, 0xe9, .. "\n10.0.0.1:80\n"u8];
        File.WriteAllBytes(Path, latin);

        Assert.Throws<SaveException>(() => _saver.Save(text => text + "10.0.0.7:80\n"));

        Assert.Equal(latin, File.ReadAllBytes(Path));
    }

    [Fact]
    public void Failure_SymbolicLink_SaysWhatToDo()
    {
        string link = System.IO.Path.Combine(_folder.FullName, "link.txt");
        File.CreateSymbolicLink(link, "servers.txt");

        Assert.StartsWith($"{link} is a symbolic link to servers.txt, as in a mounted ConfigMap", ServersFileSaver.Failure(link));
        Assert.Null(ServersFileSaver.Failure(Path));
        Assert.Contains("can't create a file next to", ServersFileSaver.Failure("/proc/servers.txt"));
    }

    private void Look() => _time.Advance(ServersFileState.Poll);

    private static ServerEntry Entry(string line) => Assert.Single(ServersParser.Parse(line).Servers);
}

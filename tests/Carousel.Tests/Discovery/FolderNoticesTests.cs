using Carousel.Control.Discovery;
using Xunit;

namespace Carousel.Tests.Discovery;

/// <summary>With real inotify watches.</summary>
public sealed class FolderNoticesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("carousel").FullName;
    private readonly string _file;
    private int _notices;

    public FolderNoticesTests()
    {
        _file = Path.Combine(_folder, "servers.txt");
        File.WriteAllText(_file, "a");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task File_AnyChange_IsReported()
    {
        using IDisposable? notices = FolderNotices.Start(_file, () => Interlocked.Increment(ref _notices));
        Assert.NotNull(notices);
        await NoticedAsync(() => File.WriteAllText(_file, "b"));
        await NoticedAsync(() =>
        {
            File.WriteAllText(_file + "~", "c");
            File.Move(_file + "~", _file, overwrite: true);
        });
        await NoticedAsync(() => File.CreateSymbolicLink(Path.Combine(_folder, "..data"), "..volume"));
        await NoticedAsync(() => File.Delete(_file));
    }

    [Fact]
    public void Start_NoSuchFolder_IsNull() => Assert.Null(FolderNotices.Start(Path.Combine(_folder, "none", "servers.txt"), () => { }));

    private async Task NoticedAsync(Action change)
    {
        int before = Volatile.Read(ref _notices);
        change();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Volatile.Read(ref _notices) == before)
        {
            await Task.Delay(1, deadline.Token);
        }
    }
}

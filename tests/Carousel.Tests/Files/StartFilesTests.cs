using System.Net;
using Carousel.Cli;
using Carousel.Control.Store;
using Carousel.Control.Store.Embedded;
using Carousel.Control.Telemetry;
using Carousel.Files;
using Xunit;

namespace Carousel.Tests.Files;

public sealed class StartFilesTests : IDisposable
{
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("carousel-start-");

    private DataFolder Folder => new(Path.Combine(_scratch.FullName, "carousel"), IsOwn: false);

    public void Dispose() => _scratch.Delete(recursive: true);

    [Fact]
    public void Store_NoDataFlag_UsesTheUserFolder()
    {
        EmbeddedStoreOptions store = StartFiles.Store(Settings("--store embedded:7001"), Folder, out string error)!;

        Assert.Equal((Folder.ForStore(7001), "", ""), (store.DataDirectory, store.WhyInMemory, error));
        Assert.True(Directory.Exists(store.DataDirectory));
    }

    [Fact]
    public void Store_NoFolder_IsInMemoryWithAReason()
    {
        Assert.Contains("neither STATE_DIRECTORY, XDG_DATA_HOME nor HOME", StartFiles.Store(Settings("--store embedded"), null, out _)!.WhyInMemory);
        Assert.Contains("/dev/null/carousel/store-6379 can't be written", StartFiles.Store(Settings("--store embedded"), new DataFolder("/dev/null/carousel", false), out _)!.WhyInMemory);
        Assert.Equal("--data off", StartFiles.Store(Settings("--store embedded --data off"), Folder, out _)!.WhyInMemory);
    }

    [Theory]
    [InlineData("--session off")]
    [InlineData("--store none")]
    [InlineData("--store redis://h")]
    public void Store_NotEmbedded_CreatesNoFolder(string flags)
    {
        Assert.Null(StartFiles.Store(Settings(flags), Folder, out _)!.DataDirectory);
        Assert.False(Directory.Exists(Folder.Path));
    }

    [Fact]
    public void Store_UnwritableNamedFolder_IsRefused()
    {
        Assert.Null(StartFiles.Store(Settings("--store embedded --data /dev/null/d"), Folder, out string error));
        Assert.StartsWith("--data: /dev/null/d can't be written: ", error);
    }

    /// <summary>Two balancers on one machine share the store that the first one started; the second one may start it with the same data later.</summary>
    [Fact]
    public void StoreChoice_SocketOfThePort_IsAnEmbeddedStore()
    {
        const string sockets = "Num       RefCount Protocol Flags    Type St Inode Path\n"
            + "0000000000000000: 00000002 00000000 00000000 0001 01 12345 @carousel-store 127.0.0.1:6379\n"
            + "0000000000000000: 00000002 00000000 00000000 0001 01 12346 /run/x\n";

        Assert.True(StoreChoice.IsEmbedded(sockets, new IPEndPoint(IPAddress.Loopback, 6379)));
        Assert.False(StoreChoice.IsEmbedded(sockets, new IPEndPoint(IPAddress.Loopback, 637)));
        Assert.False(StoreChoice.IsEmbedded("", new IPEndPoint(IPAddress.Loopback, 6379)));
    }

    [Fact]
    public void LastGood_NoFlag_IsInTheDataFolder()
    {
        LastGoodFile? file = LastGood("", Folder, out string error);

        Assert.Equal((Folder.Path, ""), (Path.GetDirectoryName(file!.Path), error));
        Assert.Null(LastGood("--last-good off", Folder, out _));
        Assert.Null(LastGood("", null, out _));
        Assert.Null(LastGood("", new DataFolder("/dev/null/carousel", false), out _));
    }

    [Fact]
    public void LastGood_UnusableNamedFile_IsRefused()
    {
        Assert.Null(LastGood("--last-good /dev/null/x", Folder, out string error));
        Assert.StartsWith("--last-good: /dev/null/x can't be written: ", error);
        Assert.Null(StartFiles.LastGood(Settings("--last-good x"), "/dev/stdin", isPipe: true, Folder, out error));
        Assert.StartsWith("--last-good: /dev/stdin is a pipe", error);
    }

    [Theory]
    [InlineData("--watch on", true)]
    [InlineData("--watch off", false)]
    [InlineData("", false)]
    public void Pipe_WithWatchOn_IsAnError(string flags, bool isError) =>
        Assert.Equal(isError, StartFiles.PipeError(Settings(flags), "/dev/stdin") is not null);

    [Fact]
    public void AccessLog_Unopenable_IsAnError()
    {
        Assert.StartsWith("--access-log: /nowhere/a.log can't be opened: No such file or directory (create its directory",
            StartFiles.AccessLogError(new LogDestination.File("/nowhere/a.log")));
        Assert.StartsWith("--access-log: syslog socket /nowhere/log is unreachable: ", StartFiles.AccessLogError(new LogDestination.LocalSyslog("/nowhere/log")));
        Assert.Null(StartFiles.AccessLogError(new LogDestination.File(Path.Combine(_scratch.FullName, "a.log"))));
        Assert.Null(StartFiles.AccessLogError(new LogDestination.Stdout()));
        Assert.Null(StartFiles.AccessLogError(new LogDestination.Off()));
        Assert.Null(StartFiles.AccessLogError(new LogDestination.RemoteSyslog("nowhere.invalid", 514)));
    }

    private LastGoodFile? LastGood(string flags, DataFolder? folder, out string error) =>
        StartFiles.LastGood(Settings(flags), Path.Combine(_scratch.FullName, "servers.txt"), isPipe: false, folder, out error);

    private static RunSettings Settings(string flags) =>
        Assert.IsType<Request.Run>(CommandLine.Parse(["-f", "servers.txt", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)])).Settings;
}

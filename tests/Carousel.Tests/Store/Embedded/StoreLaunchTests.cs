using Carousel.Control.Store.Embedded;
using Xunit;

namespace Carousel.Tests.Store.Embedded;

public class StoreLaunchTests
{
    [Theory]
    [InlineData("/opt/carousel-store", "/opt/carousel-store")]
    [InlineData("/opt/store/carousel-store", "/opt/store/carousel-store")]
    [InlineData("/elsewhere/carousel-store", null)]
    public void Find_OneLocation_IsFound(string file, string? found) => Assert.Equal(found, StoreExecutable.Find("/opt/", path => path == file));

    [Fact]
    public void Find_DevelopmentLayout_IsTheSameConfiguration() => Assert.Equal(
        "/r/artifacts/bin/Carousel.Store/debug/carousel-store",
        StoreExecutable.Find("/r/artifacts/bin/Carousel/debug/", path => Path.GetFullPath(path) == "/r/artifacts/bin/Carousel.Store/debug/carousel-store"));

    [Fact]
    public void Find_SeveralLocations_NearestIsUsed() => Assert.Equal("/opt/carousel-store", StoreExecutable.Find("/opt", _ => true));

    [Fact]
    public void Arguments_AllSet_HaveAllButThePassword()
    {
        var options = new EmbeddedStoreOptions { Port = 7001, Memory = 256 << 20, DataDirectory = "/var/lib/a b", Password = "secret" };
        Assert.Equal(["--leave-with-stdin", "--port", "7001", "--memory", "256m", "--data", "/var/lib/a b"], StoreProcess.Arguments(options));
    }

    [Fact]
    public void Arguments_Defaults_AreMinimal() =>
        Assert.Equal(["--leave-with-stdin", "--port", "6379"], StoreProcess.Arguments(new EmbeddedStoreOptions()));
}

using Xunit;

namespace Carousel.Tests.Walls;

public class PlatformCallTests
{
    private const string Call = "class C { [System.Runtime.InteropServices.LibraryImport(\"libc\")] static partial int getpid(); }";

    [Fact]
    public void PlatformCalls_OfAllSources_AreInTheirFolder() => Assert.Empty(Sources.Under("src").SelectMany(PlatformCalls.OutOfPlace));

    [Theory]
    [InlineData("src/Carousel.Engine/Proxy/A.cs", 1)]
    [InlineData("src/Carousel.Engine/LinuxLike/A.cs", 1)]
    [InlineData("src/Carousel/A.cs", 1)]
    [InlineData("src/Carousel.Engine/Linux/A.cs", 0)]
    [InlineData("src/Carousel/Platform/DescriptorLimit.cs", 0)]
    public void OutOfPlace_CallInThatFile_IsFoundUnlessItMayBeThere(string path, int found) =>
        Assert.Equal(found, PlatformCalls.OutOfPlace(Sources.Parse(path, Call)).Count());

    [Fact]
    public void OutOfPlace_DllImport_IsFound() =>
        Assert.Single(PlatformCalls.OutOfPlace(Sources.Parse("A.cs", "class C { [DllImport(\"libc\")] static extern int getpid(); }")));
}

using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Deploy.Debian;

/// <summary>A package of what was published, made once for all tests.</summary>
public sealed class BuiltPackage : IAsyncLifetime
{
    /// <summary>The .deb.</summary>
    public string Path { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await using var build = ChildProcess.Start(Repository.Path(""), Repository.Path("build-deb.sh"));
        // Packing a hundred megabytes takes longer than a test waits for anything else.
        await Patience.WithinAsync(build.EndAsync(), "the package to be built", TimeSpan.FromMinutes(3));
        Assert.True(await build.ExitAsync() == 0, build.Output + build.Errors);
        Path = Repository.Path(build.Output.Trim());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A folder that dpkg takes for the root of a system, in which nothing else is installed.</summary>
internal sealed class PackageRoot : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("carousel-root-");

    public PackageRoot()
    {
        Directory.CreateDirectory(this["var/lib/dpkg/info"]);
        Directory.CreateDirectory(this["var/lib/dpkg/updates"]);
        Directory.CreateDirectory(this["etc"]);
        File.WriteAllText(this["var/lib/dpkg/status"], "");
    }

    public string Folder => _folder.FullName;

    /// <summary>The whole path of something in it.</summary>
    public string this[string path] => Path.Combine(Folder, path);

    /// <summary>Installs, without what it depends on, which is this machine's.</summary>
    public Task InstallAsync(string package) => DpkgAsync("--force-depends", "--force-confold", "--install", package);

    public Task RemoveAsync() => DpkgAsync("--remove", "carousel");

    /// <summary>Removes, and what was configured as well.</summary>
    public Task PurgeAsync() => DpkgAsync("--purge", "carousel");

    /// <summary>All files and links in it but dpkg's own.</summary>
    public string[] Files() =>
    [
        .. Directory.EnumerateFileSystemEntries(Folder, "*", SearchOption.AllDirectories).Where(path => !Directory.Exists(path) || new FileInfo(path).LinkTarget is not null)
            .Select(path => Path.GetRelativePath(Folder, path)).Where(path => !path.StartsWith("var/lib/dpkg", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Its scripts run outside of the root, and are told where it is: there is no shell in there.</summary>
    private Task DpkgAsync(params string[] arguments) => Tool.RunAsync("dpkg", [$"--root={Folder}", "--force-script-chrootless", .. arguments]);
}

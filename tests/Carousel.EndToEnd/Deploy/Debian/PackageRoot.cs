using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Deploy.Debian;

/// <summary>A package of the published files, built once for all tests.</summary>
public sealed class BuiltPackage : IAsyncLifetime
{
    /// <summary>The .deb.</summary>
    public string Path { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await using var build = ChildProcess.Start(Repository.Path(""), Repository.Path("build-deb.sh"));
        // Packing a hundred megabytes takes longer than the default deadline.
        await Deadlines.WithinAsync(build.EndAsync(), "the package to be built", TimeSpan.FromMinutes(3));
        Assert.True(await build.ExitAsync() == 0, build.Output + build.Errors);
        Path = Repository.Path(build.Output.Trim());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A folder that dpkg uses as the root of a system with no other package.</summary>
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

    /// <summary>The full path of a file in it.</summary>
    public string this[string path] => Path.Combine(Folder, path);

    /// <summary>Installs the package without its dependencies, which are this machine's.</summary>
    public Task InstallAsync(string package) => DpkgAsync("--force-depends", "--force-confold", "--install", package);

    public Task RemoveAsync() => DpkgAsync("--remove", "carousel");

    /// <summary>Purges the package with its configuration.</summary>
    public Task PurgeAsync() => DpkgAsync("--purge", "carousel");

    /// <summary>All files and links except dpkg's own.</summary>
    public string[] Files() =>
    [
        .. Directory.EnumerateFileSystemEntries(Folder, "*", SearchOption.AllDirectories).Where(path => !Directory.Exists(path) || new FileInfo(path).LinkTarget is not null)
            .Select(path => Path.GetRelativePath(Folder, path)).Where(path => !path.StartsWith("var/lib/dpkg", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Maintainer scripts run outside the root, which has no shell, and get its path.</summary>
    private Task DpkgAsync(params string[] arguments) => Tool.RunAsync("dpkg", [$"--root={Folder}", "--force-script-chrootless", .. arguments]);
}

using System.Text.RegularExpressions;
using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Deploy.Container;

/// <summary>
/// The image's files in a folder: what the Dockerfile copies, on top of a stand-in for the base image made of this machine's libraries. The real base image has
/// glibc, libgcc, libstdc++, OpenSSL, certificates, time zones and the user, and no other executable.
/// </summary>
internal static partial class RootFiles
{
    /// <summary>Libraries that are loaded at run time and so are not listed by ldd.</summary>
    private static readonly string[] s_loadedLater = ["libssl.so.3", "libcrypto.so.3"];

    public static async Task AssembleAsync(ImageFile image, string root)
    {
        foreach (string folder in (string[])["etc/ssl/certs", "etc/carousel", "proc", "dev", "sys", "tmp", "lib64"])
        {
            Directory.CreateDirectory(Path.Combine(root, folder));
        }
        File.WriteAllText(Path.Combine(root, "etc/passwd"), $"root:x:0:0::/:/\napp:x:{image.User}:{image.Group}::/home/app:/\n");
        File.WriteAllText(Path.Combine(root, "etc/hosts"), "127.0.0.1 localhost\n::1 localhost\n");
        if (File.Exists("/etc/ssl/certs/ca-certificates.crt"))
        {
            File.Copy("/etc/ssl/certs/ca-certificates.crt", Path.Combine(root, "etc/ssl/certs/ca-certificates.crt"));
        }
        string published = Path.GetDirectoryName(Binary.Path)!;
        foreach ((string[] from, string to) in image.Copies)
        {
            foreach (string name in from)
            {
                string target = root + (to.EndsWith('/') ? to + name : to);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(Path.Combine(published, name), target);
                if (Path.GetExtension(name) != ".md")
                {
                    await AddLibrariesAsync(target, root);
                }
            }
        }
    }

    /// <summary>The total size of all files, in bytes.</summary>
    public static long Size(string root) => Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);

    /// <summary>The libraries that ldd lists, with their paths.</summary>
    private static async Task AddLibrariesAsync(string program, string root)
    {
        IEnumerable<string> libraries = Library().Matches(await Tool.RunAsync("ldd", program)).Select(match => match.Value);
        string folder = libraries.Select(Path.GetDirectoryName).First(folder => folder != "/lib64")!;
        foreach (string library in libraries.Concat(s_loadedLater.Select(name => Path.Combine(folder, name))))
        {
            string target = root + library;
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (!File.Exists(target))
            {
                File.Copy(library, target);
            }
        }
    }

    [GeneratedRegex(@"/\S+\.so[.\d]*")]
    private static partial Regex Library();
}

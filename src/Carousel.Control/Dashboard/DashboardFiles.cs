using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Carousel.Control.Dashboard;

/// <summary>A file of the page.</summary>
/// <param name="Name">The file name, such as <c>main.js</c>.</param>
/// <param name="ContentType">The media type.</param>
/// <param name="Bytes">The content.</param>
/// <param name="Tag">The entity tag (RFC 9110 section 8.8.3), a hash of the content.</param>
internal sealed record DashboardFile(string Name, string ContentType, byte[] Bytes, string Tag);

/// <summary>The page, embedded in this assembly: it needs no files beside the executable and no network.</summary>
internal static class DashboardFiles
{
    private const string Folder = "dashboard/";

    private static readonly FrozenDictionary<string, string> s_types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    /// <summary>All files, loaded on first use.</summary>
    public static IReadOnlyDictionary<string, DashboardFile> ByName { get; } =
        Names().Select(Load).ToFrozenDictionary(file => file.Name);

    private static IEnumerable<string> Names() => typeof(DashboardFiles).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal));

    private static DashboardFile Load(string resource)
    {
        using Stream stream = typeof(DashboardFiles).Assembly.GetManifestResourceStream(resource)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        string name = resource[Folder.Length..];
        return new DashboardFile(name, s_types[Path.GetExtension(name)], bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"");
    }
}

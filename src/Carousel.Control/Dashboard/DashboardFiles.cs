using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Carousel.Control.Dashboard;

/// <summary>A file of the page.</summary>
/// <param name="Name">Such as <c>main.js</c>.</param>
/// <param name="ContentType">What it is.</param>
/// <param name="Bytes">As it is embedded.</param>
/// <param name="Tag">Its entity tag (RFC 9110 section 8.8.3), another with every other content.</param>
internal sealed record DashboardFile(string Name, string ContentType, byte[] Bytes, string Tag);

/// <summary>The page, which lies in this assembly: it needs no folder beside the executable, and no network.</summary>
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

    /// <summary>All of them, read when the first is asked for.</summary>
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

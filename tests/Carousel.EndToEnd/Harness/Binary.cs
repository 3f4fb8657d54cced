using System.Reflection;

namespace Carousel.EndToEnd.Harness;

/// <summary>The path of the binary under test.</summary>
internal static class Binary
{
    /// <summary><c>CAROUSEL_BIN</c>, or what <c>test.sh</c> published.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        string? named = Environment.GetEnvironmentVariable("CAROUSEL_BIN");
        if (!string.IsNullOrEmpty(named))
        {
            return named;
        }
        string root = typeof(Binary).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RepositoryRoot").Value!;
        string published = System.IO.Path.GetFullPath(System.IO.Path.Combine(root, "artifacts/publish/linux-x64/carousel"));
        return File.Exists(published)
            ? published
            : throw new FileNotFoundException($"Publish the binary first (./test.sh does), or set CAROUSEL_BIN: no file at {published}");
    }
}

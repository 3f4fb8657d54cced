using System.Reflection;

namespace Carousel.EndToEnd.Harness;

/// <summary>The source tree that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string s_root = System.IO.Path.GetFullPath(
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RepositoryRoot").Value!);

    /// <summary>The full path of a file in it.</summary>
    public static string Path(string path) => System.IO.Path.Combine(s_root, path);

    public static string Read(string path) => File.ReadAllText(Path(path));
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Carousel.Tests.Walls;

/// <summary>A source's namespace is its folder, and the folders of the tests are those of the sources that they test.</summary>
internal static class Folders
{
    /// <summary>Folders of the tests without sources of their own: helpers, and tests of the repository itself.</summary>
    private static readonly HashSet<string> s_ofTestsOnly = ["Harness", "Proxy/Fakes", "Ring/Interleavings", "Simulation", "Walls"];

    /// <summary>One namespace over several folders.</summary>
    private static readonly string[] s_shared = ["src/Carousel.Control/Telemetry", "tests/Carousel.Tests/Telemetry"];

    /// <summary>The namespace of this source, if it is not its folder's.</summary>
    public static IEnumerable<string> WrongNamespace(SyntaxTree tree)
    {
        string folder = Path.GetDirectoryName(tree.FilePath)!;
        string expected = (s_shared.FirstOrDefault(shared => folder.StartsWith(shared + "/", StringComparison.Ordinal)) ?? folder).Split('/', 2)[^1].Replace('/', '.');
        return tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
            .Where(declared => declared.Name.ToString() != expected)
            .Select(declared => $"{Sources.Place(declared)}: the namespace of this folder is {expected}");
    }

    /// <summary>Folders of tests that no project has. A project's own name stands for the sources that lie in no folder.</summary>
    /// <param name="tests">Folders below tests/Carousel.Tests.</param>
    /// <param name="sources">Folders below src.</param>
    public static IEnumerable<string> WithoutSources(IEnumerable<string> tests, IEnumerable<string> sources)
    {
        HashSet<string> known = [.. s_ofTestsOnly, .. sources.Select(folder => folder.Split('/', 2) is [_, var inner] ? inner : folder.Split('.')[^1])];
        return tests.Where(folder => !known.Contains(folder)).Select(folder => $"tests/Carousel.Tests/{folder}: no project has this folder");
    }

    /// <summary>Every folder below this one that has sources.</summary>
    public static IEnumerable<string> Under(string folder) => Sources.Under(folder)
        .Select(tree => Path.GetRelativePath(folder, Path.GetDirectoryName(tree.FilePath)!)).Where(path => path != ".").Distinct();
}

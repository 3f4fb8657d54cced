using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Carousel.Tests.Walls;

/// <summary>The repository's source files, parsed.</summary>
internal static class Sources
{
    /// <summary>The directory of Carousel.slnx.</summary>
    public static string Root { get; } = FindRoot();

    private static readonly CSharpParseOptions s_options = new(LanguageVersion.Preview, DocumentationMode.None);

    /// <summary>Every C# file under this folder of the repository, with its path from the repository's root.</summary>
    public static IReadOnlyList<SyntaxTree> Under(string folder) =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => Parse(Path.GetRelativePath(Root, path), File.ReadAllText(path)))];

    public static SyntaxTree Parse(string path, string text) => CSharpSyntaxTree.ParseText(text, s_options, path);

    /// <summary><c>path:line</c>, lines from 1.</summary>
    public static string Place(SyntaxNode node) => $"{node.SyntaxTree.FilePath}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Carousel.slnx")))
            {
                return directory.FullName;
            }
        }
        throw new DirectoryNotFoundException($"no Carousel.slnx above {AppContext.BaseDirectory}");
    }
}

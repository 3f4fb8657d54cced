using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Carousel.Tests.Walls;

/// <summary>Functions and files that are too long.</summary>
internal static class Sizes
{
    public const int MaxFunctionLines = 70;
    public const int MaxFileLines = 400;

    public static IEnumerable<string> LongFunctions(SyntaxTree tree) =>
        from node in tree.GetRoot().DescendantNodes()
        where node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
        let lines = Lines(node)
        where lines > MaxFunctionLines
        select $"{Sources.Place(node)}: a function of {lines} lines, at most {MaxFunctionLines}";

    public static IEnumerable<string> LongFile(SyntaxTree tree)
    {
        int lines = tree.GetText().ToString().AsSpan().TrimEnd().Count('\n') + 1;
        return lines > MaxFileLines ? [$"{tree.FilePath}: {lines} lines, at most {MaxFileLines}"] : [];
    }

    // Comments and attributes above a function are not counted.
    private static int Lines(SyntaxNode node)
    {
        SyntaxToken first = node.ChildTokens().First();
        int begin = node.SyntaxTree.GetLineSpan(first.Span).StartLinePosition.Line;
        return node.SyntaxTree.GetLineSpan(node.Span).EndLinePosition.Line - begin + 1;
    }
}

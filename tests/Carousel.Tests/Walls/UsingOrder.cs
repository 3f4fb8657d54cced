using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Carousel.Tests.Walls;

/// <summary>
/// The order of usings, as produced by `dotnet format` and not checked by the build's analyzers: namespaces (System first), then static ones, then aliases;
/// each by name.
/// </summary>
internal static class UsingOrder
{
    /// <summary>The first using of a file that is out of order.</summary>
    public static IEnumerable<string> Violations(SyntaxTree tree)
    {
        UsingDirectiveSyntax[] written = [.. tree.GetCompilationUnitRoot().Usings];
        UsingDirectiveSyntax[] sorted =
        [
            .. written.OrderBy(Kind)
                .ThenBy(directive => IsSystem(directive) ? 0 : 1)
                .ThenBy(directive => directive.Alias?.Name.ToString() ?? directive.NamespaceOrType.ToString(), StringComparer.OrdinalIgnoreCase),
        ];
        return sorted.Zip(written).Where(pair => pair.First != pair.Second).Take(1).Select(pair => $"{Sources.Place(pair.Second)}: {pair.First} comes before it");
    }

    private static int Kind(UsingDirectiveSyntax directive) => directive.Alias is not null ? 2 : directive.StaticKeyword.IsKind(SyntaxKind.StaticKeyword) ? 1 : 0;

    private static bool IsSystem(UsingDirectiveSyntax directive) => directive.Alias is null && directive.NamespaceOrType.ToString().Split('.')[0] == "System";
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Carousel.Tests.Walls;

/// <summary>
/// Which layer inside the engine may mention which: <c>Proxy -> Transport -> Reactor -> Linux</c>, <c>Proxy -> Http -> nothing</c>.
/// Names are bound by the compiler, so that no way of writing them gets around the wall.
/// </summary>
internal static class EngineLayers
{
    private const string Engine = "Carousel.Engine";
    private const string Core = "Carousel.Core";

    /// <summary>A layer's own namespace and Core are always allowed, but for Linux, which knows nothing of ours.</summary>
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Carousel.Engine.Linux"] = [],
        ["Carousel.Engine.Reactor"] = [Core, "Carousel.Engine.Linux"],
        ["Carousel.Engine.Transport"] = [Core, "Carousel.Engine.Linux", "Carousel.Engine.Reactor"],
        ["Carousel.Engine.Http"] = [Core],
        ["Carousel.Engine.Sessions"] = [Core, "Carousel.Engine.Linux", "Carousel.Engine.Reactor", "Carousel.Engine.Http"],
        ["Carousel.Engine.Proxy"] = [Core, Engine],
        [Engine] = [Core, Engine],
    };

    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading;"
        + "global using System.Threading.Tasks; global using System.Net.Http;";

    // One for all: reading the references costs more than everything else.
    private static readonly CSharpCompilation s_empty = CSharpCompilation.Create(
        "walls",
        [Sources.Parse("usings", ImplicitUsings)],
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var file && (file.StartsWith("System.", StringComparison.Ordinal) || file == "Carousel.Core.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>Every mention of something of ours that the layer it stands in may not know.</summary>
    public static IEnumerable<string> Violations(IReadOnlyList<SyntaxTree> trees)
    {
        CSharpCompilation compilation = s_empty.AddSyntaxTrees(trees);
        return trees.SelectMany(tree => Violations(tree, compilation.GetSemanticModel(tree))).Distinct();
    }

    private static IEnumerable<string> Violations(SyntaxTree tree, SemanticModel model)
    {
        string home = tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString() ?? "";
        if (Layer(home) is not { } layer)
        {
            return [$"{tree.FilePath}: the namespace {home} is in no layer of the engine: give it one in EngineLayers"];
        }
        return from name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
               where !name.Ancestors().Any(ancestor => ancestor is BaseNamespaceDeclarationSyntax declared && declared.Name.Span.Contains(name.Span))
               let mentioned = Namespace(model.GetSymbolInfo(name).Symbol)
               where mentioned is not null && !MayMention(layer, mentioned)
               select $"{Sources.Place(name)}: {layer} may not know {mentioned} ({name})";
    }

    private static bool MayMention(string layer, string mentioned) =>
        !IsWithin(mentioned, "Carousel")
        || IsWithin(mentioned, layer) && layer != Engine
        || s_allowed[layer].Any(allowed => IsWithin(mentioned, allowed));

    private static string? Layer(string name) => s_allowed.Keys.Where(layer => layer == name || layer != Engine && IsWithin(name, layer)).FirstOrDefault();

    private static bool IsWithin(string name, string parent) => name == parent || name.StartsWith(parent + ".", StringComparison.Ordinal);

    // A namespace by itself says nothing: what is taken out of it does. A using of one is a mention all the same.
    private static string? Namespace(ISymbol? symbol) => symbol switch
    {
        null or ILocalSymbol or IParameterSymbol or ILabelSymbol or IRangeVariableSymbol or ITypeParameterSymbol => null,
        INamespaceSymbol ours when ours.ToDisplayString() is "Carousel" or Engine => null,
        INamespaceSymbol named => named.ToDisplayString(),
        _ => symbol.ContainingNamespace?.ToDisplayString(),
    };
}

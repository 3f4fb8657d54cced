using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Carousel.Tests.Walls;

/// <summary>
/// Which layer of the engine may reference which other; unused permissions are errors. docs/ARCHITECTURE.md shows the same dependencies. The compiler binds the
/// names, so no notation bypasses the check.
/// </summary>
internal static class EngineLayers
{
    private const string Engine = "Carousel.Engine";
    private const string Core = "Carousel.Core";

    /// <summary>A layer's own namespace is always allowed.</summary>
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Carousel.Engine.Linux"] = [],
        ["Carousel.Engine.Reactor"] = ["Carousel.Engine.Linux"],
        ["Carousel.Engine.Sockets"] = ["Carousel.Engine.Linux"],
        ["Carousel.Engine.Http"] = [Core],
        ["Carousel.Engine.Sessions"] = [Core, "Carousel.Engine.Linux", "Carousel.Engine.Reactor", "Carousel.Engine.Http"],
        ["Carousel.Engine.Proxy"] = [Core, Engine],
        [Engine] = [Core, Engine],
    };

    /// <summary>The layers by folder, and the folders (or Core) that each may reference.</summary>
    public static IEnumerable<(string Layer, string[] Allowed)> Arrows => s_allowed.Where(pair => pair.Key != Engine)
        .Select(pair => (ShortName(pair.Key), pair.Value.Select(ShortName).ToArray()));

    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading;"
        + "global using System.Threading.Tasks; global using System.Net.Http;";

    // Shared: reading the references costs more than everything else.
    private static readonly CSharpCompilation s_empty = CSharpCompilation.Create(
        "walls",
        [Sources.Parse("usings", ImplicitUsings)],
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var file && (file.StartsWith("System.", StringComparison.Ordinal) || file == "Carousel.Core.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>A reference to a Carousel name in a source of the engine.</summary>
    /// <param name="Place">Path and line.</param>
    /// <param name="Layer">The layer of the source; null if its namespace is in none.</param>
    /// <param name="Mentioned">The namespace of the referenced name; without a layer, that of the source.</param>
    /// <param name="Name">The name as written.</param>
    internal sealed record Mention(string Place, string? Layer, string Mentioned, string Name);

    /// <summary>Every reference to a Carousel name in these sources. Compiling is the expensive part, so callers share the result.</summary>
    public static IReadOnlyList<Mention> Mentions(IReadOnlyList<SyntaxTree> trees)
    {
        CSharpCompilation compilation = s_empty.AddSyntaxTrees(trees);
        return [.. trees.SelectMany(tree => Mentions(tree, compilation.GetSemanticModel(tree)))];
    }

    /// <summary>Every reference that the source's layer may not make.</summary>
    public static IEnumerable<string> Violations(IReadOnlyList<SyntaxTree> trees) => Violations(Mentions(trees));

    /// <inheritdoc cref="Violations(IReadOnlyList{SyntaxTree})"/>
    public static IEnumerable<string> Violations(IEnumerable<Mention> mentions) => mentions
        .Where(mention => mention.Layer is null || !MayMention(mention.Layer, mention.Mentioned))
        .Select(mention => mention.Layer is null
            ? $"{mention.Place}: the namespace {mention.Mentioned} is in no layer of the engine: give it one in EngineLayers"
            : $"{mention.Place}: {mention.Layer} may not know {mention.Mentioned} ({mention.Name})")
        .Distinct();

    /// <summary>Allowed dependencies that are not used.</summary>
    public static IEnumerable<string> Unused(IReadOnlyList<Mention> mentions) =>
        from pair in s_allowed
        from allowed in pair.Value
        where !mentions.Any(mention => mention.Layer == pair.Key && IsWithin(mention.Mentioned, allowed))
        select $"{pair.Key} does not use {allowed}: remove the dependency";

    private static IEnumerable<Mention> Mentions(SyntaxTree tree, SemanticModel model)
    {
        string home = tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString() ?? "";
        return Layer(home) is not { } layer
            ? [new Mention(tree.FilePath, null, home, "")]
            : from name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
              where !name.Ancestors().Any(ancestor => ancestor is BaseNamespaceDeclarationSyntax declared && declared.Name.Span.Contains(name.Span))
              let mentioned = Namespace(model.GetSymbolInfo(name).Symbol)
              where mentioned is not null && IsWithin(mentioned, "Carousel")
              select new Mention(Sources.Place(name), layer, mentioned, name.ToString());
    }

    private static string ShortName(string layer) => layer == Engine ? "Engine" : layer.Split('.')[^1];

    private static bool MayMention(string layer, string mentioned) =>
        IsWithin(mentioned, layer) && layer != Engine || s_allowed[layer].Any(allowed => IsWithin(mentioned, allowed));

    private static string? Layer(string name) => s_allowed.Keys.Where(layer => layer == name || layer != Engine && IsWithin(name, layer)).FirstOrDefault();

    private static bool IsWithin(string name, string parent) => name == parent || name.StartsWith(parent + ".", StringComparison.Ordinal);

    // A namespace alone is not a reference, a member of it is. A using of one is a reference nevertheless.
    private static string? Namespace(ISymbol? symbol) => symbol switch
    {
        null or ILocalSymbol or IParameterSymbol or ILabelSymbol or IRangeVariableSymbol or ITypeParameterSymbol => null,
        INamespaceSymbol ours when ours.ToDisplayString() is "Carousel" or Engine => null,
        INamespaceSymbol named => named.ToDisplayString(),
        _ => symbol.ContainingNamespace?.ToDisplayString(),
    };
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Carousel.Tests.Walls;

/// <summary>
/// Which layer inside the engine may mention which, and no more than it does: docs/ARCHITECTURE.md draws the same arrows.
/// Names are bound by the compiler, so that no way of writing them gets around the wall.
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

    /// <summary>The layers by their folders, and the folders (or Core) that each may mention.</summary>
    public static IEnumerable<(string Layer, string[] Allowed)> Arrows => s_allowed.Where(pair => pair.Key != Engine)
        .Select(pair => (ShortName(pair.Key), pair.Value.Select(ShortName).ToArray()));

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

    /// <summary>A name of ours in a source of the engine.</summary>
    /// <param name="Place">Path and line.</param>
    /// <param name="Layer">That it stands in; null if the namespace is in none.</param>
    /// <param name="Mentioned">The namespace of what it names; for want of a layer, that of the source.</param>
    /// <param name="Name">As it is written.</param>
    internal sealed record Mention(string Place, string? Layer, string Mentioned, string Name);

    /// <summary>Every mention of something of ours in these sources. What it costs is understanding them: once for several questions.</summary>
    public static IReadOnlyList<Mention> Mentions(IReadOnlyList<SyntaxTree> trees)
    {
        CSharpCompilation compilation = s_empty.AddSyntaxTrees(trees);
        return [.. trees.SelectMany(tree => Mentions(tree, compilation.GetSemanticModel(tree)))];
    }

    /// <summary>Every mention of something of ours that the layer it stands in may not know.</summary>
    public static IEnumerable<string> Violations(IReadOnlyList<SyntaxTree> trees) => Violations(Mentions(trees));

    /// <inheritdoc cref="Violations(IReadOnlyList{SyntaxTree})"/>
    public static IEnumerable<string> Violations(IEnumerable<Mention> mentions) => mentions
        .Where(mention => mention.Layer is null || !MayMention(mention.Layer, mention.Mentioned))
        .Select(mention => mention.Layer is null
            ? $"{mention.Place}: the namespace {mention.Mentioned} is in no layer of the engine: give it one in EngineLayers"
            : $"{mention.Place}: {mention.Layer} may not know {mention.Mentioned} ({mention.Name})")
        .Distinct();

    /// <summary>The arrows that none of these mentions needs: a wall with a door that nobody uses says what is not so.</summary>
    public static IEnumerable<string> Unused(IReadOnlyList<Mention> mentions) =>
        from pair in s_allowed
        from allowed in pair.Value
        where !mentions.Any(mention => mention.Layer == pair.Key && IsWithin(mention.Mentioned, allowed))
        select $"{pair.Key} knows nothing of {allowed}: take the arrow away";

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

    // A namespace by itself says nothing: what is taken out of it does. A using of one is a mention all the same.
    private static string? Namespace(ISymbol? symbol) => symbol switch
    {
        null or ILocalSymbol or IParameterSymbol or ILabelSymbol or IRangeVariableSymbol or ITypeParameterSymbol => null,
        INamespaceSymbol ours when ours.ToDisplayString() is "Carousel" or Engine => null,
        INamespaceSymbol named => named.ToDisplayString(),
        _ => symbol.ContainingNamespace?.ToDisplayString(),
    };
}

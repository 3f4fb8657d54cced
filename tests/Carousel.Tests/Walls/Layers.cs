using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Carousel.Tests.Walls;

/// <summary>
/// Which layer of a project, that is which namespace, may reference which other; unused permissions are errors. docs/ARCHITECTURE.md shows the same dependencies.
/// The compiler binds the names, so no notation bypasses the check.
/// </summary>
/// <param name="project">The project's namespace.</param>
/// <param name="allowed">Per layer the namespaces that it may reference, with all below each. A layer's own namespace is always allowed.</param>
internal sealed class Layers(string project, IReadOnlyDictionary<string, string[]> allowed)
{
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading;"
        + "global using System.Threading.Tasks; global using System.Net.Http;";

    private static readonly string[] s_references = ["System.", "Microsoft.AspNetCore.", "Microsoft.Extensions.", "StackExchange."];

    // Shared: reading the references costs more than everything else.
    private static readonly CSharpCompilation s_empty = CSharpCompilation.Create(
        "walls",
        [Sources.Parse("usings", ImplicitUsings)],
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => IsReference(Path.GetFileName(path)))
            .Select(path => MetadataReference.CreateFromFile(path)),
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>The layers by folder, and the folders (or projects) that each may reference.</summary>
    public IEnumerable<(string Layer, string[] Allowed)> Arrows => allowed.Where(pair => pair.Key != project)
        .Select(pair => (ShortName(pair.Key), pair.Value.Select(ShortName).ToArray()));

    /// <summary>A reference to a Carousel name in a source of the project.</summary>
    /// <param name="Place">Path and line.</param>
    /// <param name="Layer">The layer of the source; null if its namespace is in none.</param>
    /// <param name="Mentioned">The namespace of the referenced name; without a layer, that of the source.</param>
    /// <param name="Name">The name as written.</param>
    internal sealed record Mention(string Place, string? Layer, string Mentioned, string Name);

    /// <summary>Every reference to a Carousel name in these sources. Compiling is the expensive part, so callers share the result.</summary>
    public IReadOnlyList<Mention> Mentions(IReadOnlyList<SyntaxTree> trees)
    {
        CSharpCompilation compilation = s_empty.AddSyntaxTrees(trees);
        return [.. trees.SelectMany(tree => Mentions(tree, compilation.GetSemanticModel(tree)))];
    }

    /// <summary>Every reference that the source's layer may not make.</summary>
    public IEnumerable<string> Violations(IReadOnlyList<SyntaxTree> trees) => Violations(Mentions(trees));

    /// <inheritdoc cref="Violations(IReadOnlyList{SyntaxTree})"/>
    public IEnumerable<string> Violations(IEnumerable<Mention> mentions) => mentions
        .Where(mention => mention.Layer is null || !MayMention(mention.Layer, mention.Mentioned))
        .Select(mention => mention.Layer is null
            ? $"{mention.Place}: the namespace {mention.Mentioned} is in no layer of {project}: add it to the project's layers"
            : $"{mention.Place}: {mention.Layer} may not know {mention.Mentioned} ({mention.Name})")
        .Distinct();

    /// <summary>Allowed dependencies that are not used.</summary>
    public IEnumerable<string> Unused(IReadOnlyList<Mention> mentions) =>
        from pair in allowed
        from one in pair.Value
        where !mentions.Any(mention => mention.Layer == pair.Key && IsWithin(mention.Mentioned, one))
        select $"{pair.Key} does not use {one}: remove the dependency";

    /// <summary>Layers that may reference themselves over others.</summary>
    public IEnumerable<string> Cycles() => allowed.Keys.Where(layer => Reached(layer).Contains(layer));

    /// <summary>The name in the documents: the folder; of another project, the end of its name.</summary>
    private string ShortName(string name) => name.StartsWith(project + ".", StringComparison.Ordinal) ? name[(project.Length + 1)..].Replace('.', '/') : name.Split('.')[^1];

    private HashSet<string> Reached(string from)
    {
        var reached = new HashSet<string>();
        var open = new Queue<string>([from]);
        while (open.TryDequeue(out string? layer))
        {
            foreach (string next in allowed.Keys.Where(next => next != layer && allowed[layer].Any(one => IsWithin(next, one)) && reached.Add(next)))
            {
                open.Enqueue(next);
            }
        }
        return reached;
    }

    private IEnumerable<Mention> Mentions(SyntaxTree tree, SemanticModel model)
    {
        string home = tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString() ?? "";
        return Layer(home) is not { } layer
            ? [new Mention(tree.FilePath, null, home, "")]
            : from name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
              where !name.Ancestors().Any(ancestor => ancestor is BaseNamespaceDeclarationSyntax declared && declared.Name.Span.Contains(name.Span))
              let mentioned = Namespace(name, model.GetSymbolInfo(name).Symbol)
              where mentioned is not null && IsWithin(mentioned, "Carousel")
              select new Mention(Sources.Place(name), layer, mentioned, name.ToString());
    }

    private bool MayMention(string layer, string mentioned) =>
        layer != project && Layer(mentioned) == layer || allowed[layer].Any(one => IsWithin(mentioned, one));

    /// <summary>The innermost layer of this namespace; the project's own is a layer without those below it.</summary>
    private string? Layer(string name) => allowed.Keys.Where(layer => layer == name || layer != project && IsWithin(name, layer)).MaxBy(layer => layer.Length);

    // A namespace alone is not a reference, a member of it is. A using of one is a reference nevertheless, but not to those around it.
    private string? Namespace(SimpleNameSyntax name, ISymbol? symbol) => symbol switch
    {
        null or ILocalSymbol or IParameterSymbol or ILabelSymbol or IRangeVariableSymbol or ITypeParameterSymbol => null,
        INamespaceSymbol ours when IsWithin(project, ours.ToDisplayString()) => null,
        INamespaceSymbol named => IsUsing(name.Parent) || name.Parent is QualifiedNameSyntax full && full.Right == name && IsUsing(full.Parent) ? named.ToDisplayString() : null,
        _ => symbol.ContainingNamespace?.ToDisplayString(),
    };

    private static bool IsUsing(SyntaxNode? node) => node is UsingDirectiveSyntax;

    private static bool IsWithin(string name, string parent) => name == parent || name.StartsWith(parent + ".", StringComparison.Ordinal);

    /// <summary>What the sources are compiled against, and nothing of the tests' own: each assembly costs time.</summary>
    private static bool IsReference(string file) =>
        file == "Carousel.Core.dll" || s_references.Any(prefix => file.StartsWith(prefix, StringComparison.Ordinal));
}

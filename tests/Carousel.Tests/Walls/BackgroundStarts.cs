using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Carousel.Tests.Walls;

/// <summary>APIs that start background work. Only the supervisor may use them: it reports everything that ends.</summary>
internal static class BackgroundStarts
{
    private static readonly string[] s_calls =
        ["Task.Run", "Factory.StartNew", "ThreadPool.QueueUserWorkItem", "ThreadPool.UnsafeQueueUserWorkItem", "ThreadPool.RegisterWaitForSingleObject", "PosixSignalRegistration.Create"];

    private static readonly string[] s_types = ["Thread", "Timer", "PeriodicTimer"];

    /// <summary>
    /// Allowed files: the supervisor; the log writer that its reports use; the engine's workers, whose exceptions end the process; and the embedded store, a
    /// separate process that supervised code restarts.
    /// </summary>
    private static readonly string[] s_homes =
        ["src/Carousel.Control/Supervision/Supervisor.cs", "src/Carousel/Logging/OutputWriter.cs", "src/Carousel.Engine/ProxyEngine.cs", "src/Carousel.Store/"];

    public static IEnumerable<string> OutOfPlace(SyntaxTree tree) =>
        s_homes.Any(home => tree.FilePath.StartsWith(home, StringComparison.Ordinal))
            ? []
            : from node in tree.GetRoot().DescendantNodes()
              where IsStart(node)
              select $"{Sources.Place(node)}: background work must be started by the Supervisor";

    private static bool IsStart(SyntaxNode node) => node switch
    {
        InvocationExpressionSyntax call => s_calls.Any(name => IsCallOf(call, name)) || IsMember(call, "CreateTimer"),
        ObjectCreationExpressionSyntax creation => s_types.Contains(creation.Type.ToString().Split('.')[^1]),
        MethodDeclarationSyntax method => method.Modifiers.Any(SyntaxKind.AsyncKeyword) && method.ReturnType.ToString() == "void",
        // A task that is not awaited.
        AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.Text: "_" }, Right: InvocationExpressionSyntax call } => IsForgotten(call),
        _ => false,
    };

    /// <summary>CancelAsync only runs registered callbacks.</summary>
    private static bool IsForgotten(InvocationExpressionSyntax call) =>
        Name(call) is { } name && name.EndsWith("Async", StringComparison.Ordinal) && name != "CancelAsync";

    private static bool IsCallOf(InvocationExpressionSyntax call, string name) =>
        call.Expression is MemberAccessExpressionSyntax && $".{call.Expression}".EndsWith($".{name}", StringComparison.Ordinal);

    private static bool IsMember(InvocationExpressionSyntax call, string name) => call.Expression is MemberAccessExpressionSyntax && Name(call) == name;

    private static string? Name(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax member => member.Name.Identifier.Text,
        SimpleNameSyntax simple => simple.Identifier.Text,
        _ => null,
    };
}

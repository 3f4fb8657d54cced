using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Carousel.Tests.Walls;

/// <summary>Native calls, which are allowed in one folder only.</summary>
internal static class PlatformCalls
{
    private static readonly string[] s_names = ["DllImport", "DllImportAttribute", "LibraryImport", "LibraryImportAttribute"];

    private static readonly string[] s_homes =
    [
        "src/Carousel.Engine/Linux/",
        "src/Carousel/Platform/DescriptorLimit", "src/Carousel/Platform/IgnoredSignal", "src/Carousel/Files/AppendFile", "src/Carousel/Logging/StandardStreams",
        "src/Carousel.Control/Files/RegularFile",
    ];

    public static IEnumerable<string> OutOfPlace(SyntaxTree tree) =>
        s_homes.Any(home => tree.FilePath.StartsWith(home, StringComparison.Ordinal))
            ? []
            : from attribute in tree.GetRoot().DescendantNodes().OfType<AttributeSyntax>()
              where s_names.Contains(attribute.Name.ToString().Split('.')[^1])
              select $"{Sources.Place(attribute)}: system calls belong in src/Carousel.Engine/Linux";
}
